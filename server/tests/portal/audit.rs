//! The audit log: what is appended stays as it was written, and what was done to it elsewhere is found.

use crate::support::database::Kept;
use crate::support::{moment, secret};
use domain::access::Role;
use domain::audit::{Broken, Deed, Entry, Head};
use server::store::audit::Verified;
use server::store::{Database, Store};
use uuid::Uuid;

on_both_engines![
    what_was_done_to_it_is_found,
    the_head_beside_it_fits_the_last_row,
    a_log_that_grows_is_sound,
    many_at_the_same_moment_make_one_chain,
    a_person_finds_who_read_their_record
];

fn entry(number: u128) -> Entry {
    Entry {
        seq: 0,
        at: moment("2026-12-07T10:00:00.123456789Z"),
        role: Role::Officer,
        who: Some(Uuid::from_u128(7)),
        department: Some("waste".into()),
        deed: Deed::Read,
        person: number.is_multiple_of(2).then(|| Uuid::from_u128(number)),
        object: format!("request {}", Uuid::from_u128(number)),
        detail: "Opened the request to deal with it".into(),
    }
}

async fn filled(store: &Store, rows: u128) -> Head {
    for number in 1..=rows {
        store.log(entry(number)).await.unwrap();
    }
    match store.verify_audit(None).await.unwrap() {
        Verified::Sound(head) => head,
        Verified::Broken(broken) => panic!("{broken}"),
    }
}

async fn what_was_done_to_it_is_found(kept: Kept) {
    let store = kept.db.council("demo");
    // Another council's log is another chain.
    filled(&kept.db.council("other"), 3).await;
    let head = filled(&store, 6).await;
    assert_eq!(head.seq, 6);
    let in_text: Head = head.to_string().parse().unwrap();
    assert_eq!(store.verify_audit(Some(in_text)).await.unwrap(), Verified::Sound(head));

    let found = async || match store.verify_audit(Some(head)).await.unwrap() {
        Verified::Broken(broken) => broken,
        Verified::Sound(_) => panic!("nothing was found"),
    };
    let demo = "council_id = 'demo' AND";
    for (done, undone, broken) in [
        (
            format!("UPDATE audit SET detail = 'Nothing' WHERE {demo} seq = 3"),
            format!("UPDATE audit SET detail = 'Opened the request to deal with it' WHERE {demo} seq = 3"),
            Broken::Changed(3),
        ),
        (
            format!("UPDATE audit SET role = 'nonsense' WHERE {demo} seq = 2"),
            format!("UPDATE audit SET role = 'officer' WHERE {demo} seq = 2"),
            Broken::Changed(2),
        ),
        (
            format!("UPDATE audit SET seq = 40 WHERE {demo} seq = 4"),
            format!("UPDATE audit SET seq = 4 WHERE {demo} seq = 40"),
            Broken::Removed(4),
        ),
    ] {
        kept.tamper(&done).await;
        assert_eq!(found().await, broken, "{done}");
        kept.tamper(&undone).await;
    }
    // Two that changed places.
    for (from, to) in [(2, 90), (5, 2), (90, 5)] {
        kept.tamper(&format!("UPDATE audit SET seq = {to} WHERE {demo} seq = {from}")).await;
    }
    assert_eq!(found().await, Broken::Changed(2));
    for (from, to) in [(5, 90), (2, 5), (90, 2)] {
        kept.tamper(&format!("UPDATE audit SET seq = {to} WHERE {demo} seq = {from}")).await;
    }
    assert_eq!(store.verify_audit(Some(head)).await.unwrap(), Verified::Sound(head));
    // Who has the database and not the secret can't write a row that fits.
    let stranger = server::secret::Secret::new("some other secret, of enough letters as well").unwrap();
    let forger = Database::connect(&kept.url, stranger).await.unwrap();
    forger.council("demo").log(entry(9)).await.unwrap();
    assert_eq!(found().await, Broken::Changed(7));
    kept.tamper(&format!("DELETE FROM audit WHERE {demo} seq >= 6")).await;
    // The end that was cut off: by the head beside the log, and by the one that is kept elsewhere.
    assert_eq!(
        store.verify_audit(None).await.unwrap(),
        Verified::Broken(Broken::CutOff { last: 5, kept: 7 })
    );
    assert_eq!(found().await, Broken::CutOff { last: 5, kept: 6 });
    let other = kept.db.council("other").verify_audit(None).await.unwrap();
    assert!(matches!(other, Verified::Sound(Head { seq: 3, .. })), "{other:?}");
}

/// The head beside the log is written with each row: another one was not written by us, even when nobody kept any.
async fn the_head_beside_it_fits_the_last_row(kept: Kept) {
    let store = kept.db.council("demo");
    assert!(matches!(store.verify_audit(None).await.unwrap(), Verified::Sound(Head { seq: 0, .. })));
    let head = filled(&store, 6).await;
    let found = async || store.verify_audit(None).await.unwrap();
    let head_is = async |change: &str| kept.tamper(&format!("UPDATE audit_head SET {change}")).await;
    head_is("seq = 4").await;
    assert_eq!(found().await, Verified::Broken(Broken::HeadBehind { last: 6, head: 4 }));
    head_is("seq = 9").await;
    assert_eq!(found().await, Verified::Broken(Broken::CutOff { last: 6, kept: 9 }));
    head_is("seq = 6").await;
    assert_eq!(found().await, Verified::Sound(head));
    head_is("link = (SELECT link FROM audit WHERE seq = 5)").await;
    assert_eq!(found().await, Verified::Broken(Broken::HeadChanged(6)));
    // The last row and the number taken back, the link forgotten.
    head_is("link = (SELECT link FROM audit WHERE seq = 6), seq = 5").await;
    kept.tamper("DELETE FROM audit WHERE seq = 6").await;
    assert_eq!(found().await, Verified::Broken(Broken::HeadChanged(5)));
    kept.tamper("DELETE FROM audit_head").await;
    assert_eq!(found().await, Verified::Broken(Broken::NoHead));
    // All of it gone looks like a log that was never begun; whoever kept the head knows.
    kept.tamper("DELETE FROM audit").await;
    assert!(matches!(found().await, Verified::Sound(Head { seq: 0, .. })));
    let cut = Broken::CutOff { last: 0, kept: 6 };
    assert_eq!(store.verify_audit(Some(head)).await.unwrap(), Verified::Broken(cut));
}

/// The command says what it can't see without a head that was kept.
#[tokio::test]
async fn the_command_says_what_only_a_kept_head_shows() {
    let folder = tempfile::tempdir().unwrap();
    let verify = async |more: &[&str]| {
        let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_portico"));
        program.arg("--data-dir").arg(folder.path()).args(["audit", "verify"]).args(more);
        let said = program.env("PORTICO_SECRET", crate::support::SECRET).output().await.unwrap();
        assert!(said.status.success(), "{said:?}");
        String::from_utf8(said.stdout).unwrap()
    };
    let said = verify(&[]).await;
    assert!(said.contains("only a head shows that was kept elsewhere"), "{said}");
    let head = said.lines().find_map(|line| line.split("Head: ").nth(1)).unwrap().to_owned();
    let said = verify(&["--council", "demo", "--head", &head]).await;
    assert!(!said.contains("kept elsewhere"), "{said}");
}

/// While others append: a row that came in between is no fault.
async fn a_log_that_grows_is_sound(kept: Kept) {
    let store = kept.db.council("demo");
    let (writer, reader) = (store.clone(), store.clone());
    let write = tokio::spawn(async move {
        for number in 0..200 {
            writer.log(entry(number)).await.unwrap();
        }
    });
    while !write.is_finished() {
        let found = reader.verify_audit(None).await.unwrap();
        assert!(matches!(found, Verified::Sound(_)), "{found:?}");
    }
    write.await.unwrap();
}

async fn many_at_the_same_moment_make_one_chain(kept: Kept) {
    let second = Database::connect(&kept.url, secret()).await.unwrap();
    let all = (0..40).map(|number| {
        let db = if number % 2 == 0 { &kept.db } else { &second };
        let store = db.council("demo");
        async move { store.log(entry(number)).await }
    });
    for logged in futures::future::join_all(all).await {
        logged.unwrap();
    }
    let verified = kept.db.council("demo").verify_audit(None).await.unwrap();
    assert!(matches!(verified, Verified::Sound(Head { seq: 40, .. })), "{verified:?}");
}

async fn a_person_finds_who_read_their_record(kept: Kept) {
    let store = kept.db.council("demo");
    filled(&store, 4).await;
    let person = Uuid::from_u128(2);
    let seqs = async |objects: &[String]| -> Vec<u64> {
        store.reads_of(person, objects, 10).await.unwrap().iter().map(|entry| entry.seq).collect()
    };
    assert_eq!(seqs(&[]).await, [2]);
    // What was sent before there was an account.
    assert_eq!(seqs(&[entry(1).object, entry(3).object]).await, [3, 2, 1]);
    assert!(kept.db.council("other").reads_of(person, &[], 10).await.unwrap().is_empty());
    let seen = async |object: &str, deed| {
        let since = moment("2026-12-07T09:45:00Z");
        store.has_logged(Uuid::from_u128(7), (deed, object), since).await.unwrap()
    };
    assert!(seen(&entry(1).object, Deed::Read).await);
    assert!(!seen(&entry(1).object, Deed::Changed).await && !seen("request", Deed::Read).await);
    let newest = store.audit_log(None, 2).await.unwrap();
    assert_eq!(newest.iter().map(|row| row.entry.seq).collect::<Vec<_>>(), [4, 3]);
    assert_eq!(store.audit_log(Some(2), 9).await.unwrap().len(), 1);
}
