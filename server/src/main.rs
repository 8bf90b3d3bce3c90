//! The command line: `portico serve` and what goes with it.
#![expect(clippy::print_stdout, reason = "the commands answer the person who typed them")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use domain::access::Role;
use domain::api::ledgers::LeftOut;
use domain::audit::Head;
use domain::catalogue::Service;
use domain::field::contact::is_email;
use domain::ledger::Ledger;
use indicatif::ProgressBar;
use sea_orm::DbErr;
use server::adapters::blobs::Blobs;
use server::adapters::mail::Mailer;
use server::adapters::notify::GovNotify;
use server::adapters::payments::Payments;
use server::adapters::push::Pusher;
use server::chance::{Clock, Dice};
use server::config::{Config, ServeConfig};
use server::councils::{Councils, Served, Sources};
use server::gazetteer::addresses::Skipped;
use server::gazetteer::{addresses, demo, electors, wards};
use server::jobs::retention::{self, Erased, Gone, Retaining};
use server::jobs::{self, bounced, figures, runner, sweep};
use server::ledgers;
use server::ledgers::import::take_in;
use server::ledgers::photos::take_photos;
use server::oidc::Providers;
use server::operations::{books, sheet};
use server::photo::{self, PhotoCleaner};
use server::routes::staff_sign_in;
use server::secret::Secret;
use server::state::{AppState, Parts};
use server::store::audit::Verified;
use server::store::ledgers::{Count, NewImport};
use server::store::roll::Rows;
use server::store::{Database, Store, StoreError};
use server::{app, listen, routes};
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

// Drawing a page is thousands of small strings: a fifth of its time with the allocator of the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The front door of a council.
#[derive(Parser)]
#[command(name = "portico", version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portal and run its jobs
    Serve(ServeConfig),
    /// Bring the database up to date
    Migrate,
    /// Check every council and service document; names file, line and mistake, and what is not translated
    CheckServices {
        /// Print the journey of this service as a person would meet it, with each branch
        #[arg(long, value_name = "SERVICE")]
        explain: Option<String>,
    },
    /// Take in a council's addresses, wards, electoral roll or one of its ledgers, in place of what was there
    Import {
        /// What the file holds
        what: Importable,
        /// A CSV file, or a GeoJSON file of wards
        file: PathBuf,
        /// The folder with the photos that a file of penalty charges names
        #[arg(long)]
        photos: Option<PathBuf>,
        /// The council, where there are several
        #[arg(long)]
        council: Option<String>,
    },
    /// Add the staff accounts, streets, wards and invented electoral roll of the demonstration councils
    SeedDemo,
    /// Let members of staff in, where nobody is there yet who could
    Staff {
        #[command(subcommand)]
        what: StaffCommand,
        /// The council, where there are several
        #[arg(long, global = true)]
        council: Option<String>,
    },
    /// Say what was kept long enough, by each service's period; `serve` erases it when it starts and each night, but
    /// for the first day, on which its log only says what would go
    Retention {
        /// Erase it
        #[arg(long)]
        erase: bool,
    },
    /// Print what was paid by card and went back on a day, as CSV: line by line with the codes that the income system books it
    /// under, and totals
    Income {
        /// The day, as 2026-12-07
        #[arg(long)]
        day: NaiveDate,
        /// The council, where there are several
        #[arg(long)]
        council: Option<String>,
    },
    /// Look after the log of who did and read what
    Audit {
        #[command(subcommand)]
        what: Audit,
    },
    /// Read a message that a mail server sent back because a mail did not get through, from the standard input: for a pipe
    /// in the mail server that takes mail to the address in `[alerts] bounces`. What it said goes out in another way
    Bounced {
        /// The address that it was sent to, where the mail server says it; else it is read in the message
        #[arg(long)]
        to: Option<String>,
    },
    /// Print the API's OpenAPI document
    Openapi,
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Add a member of staff, or change the name and department of the one with this address. The role of one who is
    /// there changes only while the council has no admin: after that it is for admins to say, at /staff/members
    Add {
        /// Their work email address
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// The department, as the council's document calls it
        #[arg(long)]
        department: String,
        /// officer, manager, finance, auditor or admin
        #[arg(long, value_parser = role_of_staff)]
        role: Role,
    },
    /// Remove a member of staff who has left, with their ways to sign in. What they had goes back to the teams
    Remove {
        /// Their work email address
        email: String,
    },
    /// Print a code with which a member of staff can sign in once, to add a passkey
    Code {
        /// Their work email address
        email: String,
    },
}

fn role_of_staff(typed: &str) -> std::result::Result<Role, String> {
    let role = Role::parse(typed).filter(|role| role.is_staff());
    role.ok_or_else(|| "it is officer, manager, finance, auditor or admin".to_owned())
}

#[derive(Subcommand)]
enum Audit {
    /// Find the first row that was changed, removed or moved; prints each log's head to keep elsewhere
    Verify {
        /// The head that an earlier check printed, for one council's log: it must still be in it
        #[arg(long, value_name = "ROW:HASH", requires = "council")]
        head: Option<Head>,
        /// This council's log only
        #[arg(long)]
        council: Option<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Importable {
    Addresses,
    Wards,
    ElectoralRoll,
    PenaltyCharges,
    CouncilTax,
    PermitZones,
}

type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    // The photo cleaner is this program, run as a child with nothing but a picture.
    if std::env::args().nth(1).as_deref() == Some(photo::SUBCOMMAND) {
        return photo::clean_photo_main();
    }
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    if let Command::Bounced { to } = &cli.command {
        return runtime.block_on(bounced(&cli.config, to.as_deref()));
    }
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the reason of a failure goes to the person who typed the command")]
fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Serve(serve) => self::serve(&cli.config, &serve).await,
        Command::Migrate => {
            connect(&cli.config).await?.migrate().await.map_err(|error| error.to_string())?;
            println!("The database is up to date.");
            Ok(())
        }
        Command::CheckServices { explain } => check_services(&cli.config, explain.as_deref()),
        Command::Import { what, file, photos, council } => {
            import(&cli.config, what, (&file, photos.as_deref()), council.as_deref()).await
        }
        Command::SeedDemo => seed_demo(&cli.config).await,
        Command::Staff { what, council } => staff(&cli.config, what, council.as_deref()).await,
        Command::Income { day, council } => income(&cli.config, day, council.as_deref()).await,
        Command::Retention { erase } => erase_old(&cli.config, !erase).await,
        Command::Audit { what: Audit::Verify { head, council } } => {
            verify_audit(&cli.config, head, council.as_deref()).await
        }
        // It answers a mail server, in numbers.
        Command::Bounced { .. } => Ok(()),
        Command::Openapi => {
            println!("{}", routes::openapi().to_pretty_json().map_err(|error| error.to_string())?);
            Ok(())
        }
    }
}

/// What a mail server takes for "try again later" (sysexits).
const NOT_NOW: u8 = 75;

/// Takes in a message that came back. What is none, or says nothing, is no failure of the mail server's.
#[expect(clippy::print_stderr, reason = "a mail server keeps it in its log")]
async fn bounced(config: &Config, to: Option<&str>) -> ExitCode {
    use std::io::Read as _;
    let mut raw = Vec::new();
    let most = bounced::LONGEST as u64 + 1;
    let noted = async {
        let (secret, councils, dice) = (secret(config)?, councils(config)?, dice()?);
        std::io::stdin().take(most).read_to_end(&mut raw).map_err(|error| error.to_string())?;
        let found = match bounced::read(&secret, &councils.all(), &raw, to) {
            Ok(Some(found)) => found,
            Ok(None) => {
                println!("This says of no mail that it did not get through.");
                return Ok(ExitCode::SUCCESS);
            }
            Err(unknown) => return Ok(fail(&unknown.to_string())),
        };
        let (council, bounced) = found;
        let (db, now) = (connect(config).await?, now());
        let job = jobs::Job::Bounced(bounced);
        db.council(&council).add_job(now, dice.id(now), &job).await.map_err(|error| error.to_string())?;
        println!("A mail did not get through: it is noted.");
        Ok::<ExitCode, String>(ExitCode::SUCCESS)
    };
    noted.await.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(NOT_NOW)
    })
}

fn check_services(config: &Config, explain: Option<&str>) -> Result<()> {
    let councils = councils(config)?;
    for served in councils.all() {
        if let Some(id) = explain {
            let service = one_called(&served, id)?;
            let journey = domain::explain::explain(service, &served.council);
            println!("{}", journey.map_err(|error| error.to_string())?);
            continue;
        }
        for text in &served.untranslated {
            println!("{text}");
        }
        println!("{}: {} services, no mistakes found.", served.council.name, served.catalogue.len());
    }
    Ok(())
}

/// The service with this identifier, or the only one with this word in it.
fn one_called<'s>(served: &'s Served, name: &str) -> Result<&'s Service> {
    if let Some(service) = served.service(name) {
        return Ok(service);
    }
    let all = || served.catalogue.values();
    let fitting: Vec<&Service> = all().filter(|service| service.id.contains(name)).collect();
    match fitting.as_slice() {
        [only] => Ok(*only),
        several => {
            let known = if several.is_empty() { all().collect() } else { fitting.clone() };
            let known: Vec<&str> = known.into_iter().map(|service| service.id.as_str()).collect();
            let what = if several.is_empty() { "There is no service" } else { "Several services are called" };
            Err(format!("{what} “{name}”: {}.", known.join(", ")))
        }
    }
}

fn councils(config: &Config) -> Result<Councils> {
    let sources = Sources { services: config.services_dir.clone(), councils: config.councils_dir.clone() };
    Councils::load(sources).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        format!("{}\n{} mistakes found.", lines.join("\n"), lines.len())
    })
}

/// The council that is named, or the only one.
fn one_council(config: &Config, name: Option<&str>) -> Result<Arc<Served>> {
    let councils = councils(config)?;
    let all = councils.all();
    match (name, all.as_slice()) {
        (Some(id), _) => councils.by_id(id).ok_or_else(|| format!("There is no council “{id}”.")),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err("There are several councils: say which, with --council.".to_owned()),
    }
}

async fn staff(config: &Config, what: StaffCommand, council: Option<&str>) -> Result<()> {
    let served = one_council(config, council)?;
    let db = connect(config).await?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let (store, dice, secret) = (db.council(&served.council.id), dice()?, secret(config)?);
    let said = |error: StoreError| error.to_string();
    match what {
        StaffCommand::Add { email, name, department, role } => {
            if !is_email(&email) {
                return Err(format!("“{email}” is not an email address."));
            }
            if !served.council.departments.iter().any(|known| known.id == department) {
                return Err(format!("{} has no department “{department}”.", served.council.name));
            }
            store.put_staff(dice.id(now()), &name, &email, &department, role).await.map_err(said)?;
            println!(
                "{name} ({email}) works for {}. To sign in for the first time, where there is no provider to sign in with: portico staff code {email}",
                served.council.name
            );
        }
        StaffCommand::Remove { email } => {
            let removed = store.remove_staff(&email, (now(), dice.id(now()))).await;
            let member = removed.map_err(|error| match error {
                StoreError::NotFound => format!("Nobody on the staff has the address {email}."),
                error => error.to_string(),
            })?;
            println!(
                "{} ({email}) can't sign in any more. What they had goes back to the teams when the portal runs.",
                member.name
            );
        }
        StaffCommand::Code { email } => {
            let member = store.staff_by_email(&email).await.map_err(said)?;
            let member = member.ok_or_else(|| format!("Nobody on the staff has the address {email}."))?;
            let code =
                staff_sign_in::print_code(&store, &secret, &dice, now(), &member).await.map_err(said)?;
            println!(
                "{} signs in at /staff/sign-in with the code {code}, once, within {} minutes.",
                member.name,
                staff_sign_in::CODE_WORKS.num_minutes()
            );
        }
    }
    Ok(())
}

async fn connect(config: &Config) -> Result<Database> {
    let secret = secret(config)?;
    Database::connect(&config.database_url(), secret).await.map_err(|error| error.to_string())
}

fn secret(config: &Config) -> Result<Secret> {
    match &config.secret {
        Some(secret) => Secret::new(secret),
        None => Secret::kept_in(&config.data_dir.join("secret"), dice()?.token()),
    }
}

async fn verify_audit(config: &Config, kept: Option<Head>, only: Option<&str>) -> Result<()> {
    let db = connect(config).await?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let councils = councils(config)?;
    if let Some(id) = only.filter(|id| councils.by_id(id).is_none()) {
        return Err(format!("There is no council “{id}”."));
    }
    let mut broken = Vec::new();
    for served in councils.all() {
        let id = &served.council.id;
        if only.is_some_and(|only| only != id) {
            continue;
        }
        match db.council(id).verify_audit(kept).await.map_err(|error| error.to_string())? {
            Verified::Sound(head) => {
                println!("{id}: {} rows, all as they were written. Head: {head}", head.seq);
            }
            Verified::Broken(fault) => broken.push(format!("{id}: {fault}.")),
        }
    }
    if kept.is_none() {
        println!(
            "Whether a log was emptied or cut short together with its head, only a head shows that was kept elsewhere: give it with --head and --council."
        );
    }
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

async fn income(config: &Config, day: NaiveDate, council: Option<&str>) -> Result<()> {
    use std::io::Write as _;
    let served = one_council(config, council)?;
    let db = connect(config).await?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let store = db.council(&served.council.id);
    let movements = books::income(&served, &store, day).await.map_err(|error| error.to_string())?;
    let lines = sheet::lines(books::rows(&served, day, &movements));
    std::io::stdout().write_all(&lines).map_err(|error| error.to_string())
}

async fn erase_old(config: &Config, is_dry: bool) -> Result<()> {
    let db = connect(config).await?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let blobs = Blobs::in_folder(&config.data_dir.join("photos"))?;
    for served in councils(config)?.all() {
        let retaining = Retaining { db: &db, blobs: &blobs, served: &served, now: now(), is_dry };
        let gone = retaining.run().await.map_err(|error| error.to_string())?;
        let name = &served.council.name;
        if gone == Erased::default() {
            println!("{name}: nothing was kept too long.");
            continue;
        }
        println!(
            "{name}: {}",
            if is_dry { "this was kept long enough, and goes with --erase" } else { "erased" }
        );
        for (service, Gone { requests, photos, documents }) in gone.services {
            println!("  {service}: {requests} requests, {photos} photos, {documents} documents");
        }
        if gone.contacts > 0 {
            println!("  {} contacts that were about no request", gone.contacts);
        }
        if gone.strays > 0 {
            println!("  {} photos and documents that nothing knows of", gone.strays);
        }
    }
    Ok(())
}

/// Lines of an import that are named one by one; the rest are counted.
const NAMED: usize = 100;

#[expect(clippy::print_stderr, reason = "what was left out is told apart from what was done")]
async fn import(
    config: &Config,
    what: Importable,
    (file, photos): (&Path, Option<&Path>),
    council: Option<&str>,
) -> Result<()> {
    let served = one_council(config, council)?;
    let unreadable = |error: std::io::Error| format!("{}: {error}", file.display());
    let db = connect(config).await?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let store = db.council(&served.council.id);
    match what {
        Importable::Addresses => {
            let opened = std::fs::File::open(file).map_err(unreadable)?;
            let read = addresses::read(std::io::BufReader::new(opened))?;
            for skipped in read.skipped.iter().take(NAMED) {
                eprintln!("{}:{}: left out: {}", file.display(), skipped.line, skipped.why);
            }
            if read.addresses.is_empty() {
                return Err(format!(
                    "{} holds no address that can be read; nothing was changed.",
                    file.display()
                ));
            }
            let (many, streets, skipped) = (read.addresses.len(), read.streets.len(), read.skipped.len());
            let bar = ProgressBar::new(many as u64);
            let progress = bar.clone();
            store
                .replace_addresses(read.streets, read.addresses, Arc::new(move |more| progress.inc(more)))
                .await
                .map_err(|error| error.to_string())?;
            bar.finish_and_clear();
            println!(
                "{}: {many} addresses in {streets} streets; {skipped} lines left out.",
                served.council.name
            );
        }
        Importable::Wards => {
            let areas = wards::read(&std::fs::read_to_string(file).map_err(unreadable)?)?;
            let own = areas.iter().filter(|area| area.own).count();
            let around = areas.len() - own;
            store.replace_wards(areas).await.map_err(|error| error.to_string())?;
            println!("{}: {own} wards, and the areas of {around} councils around.", served.council.name);
        }
        Importable::ElectoralRoll => import_roll(&store, file, &served.council.name).await?,
        Importable::PenaltyCharges => {
            import_ledger(&store, Ledger::PenaltyCharges, file, &served.council.name).await?;
            let blobs = Blobs::in_folder(&config.data_dir.join("photos"))?;
            let cleaner = PhotoCleaner::new().map_err(|error| error.to_string())?;
            take_photos(&store, &blobs, &cleaner, photos).await?;
        }
        Importable::CouncilTax => {
            import_ledger(&store, Ledger::CouncilTax, file, &served.council.name).await?;
        }
        Importable::PermitZones => {
            import_ledger(&store, Ledger::PermitZones, file, &served.council.name).await?;
        }
    }
    Ok(())
}

/// Reads a ledger into the database, line by line.
#[expect(clippy::print_stderr, reason = "what was left out is told apart from what was done")]
async fn import_ledger(store: &Store, ledger: Ledger, file: &Path, council: &str) -> Result<()> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", file.display());
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    let size = opened.metadata().map_err(unreadable)?.len();
    let bar = ProgressBar::new(size);
    let reading = std::io::BufReader::new(bar.wrap_read(opened));
    let count = bring_in(store, (ledger, size), reading).await?;
    bar.finish_and_clear();
    for LeftOut { line, why } in &count.named {
        eprintln!("{}:{line}: left out: {why}", file.display());
    }
    println!("{council}: {} rows of {}; {} lines left out.", count.rows, ledger.name(), count.left_out);
    Ok(())
}

/// Begins an import and takes it in.
async fn bring_in(
    store: &Store,
    (ledger, size): (Ledger, u64),
    file: impl std::io::BufRead + Send + 'static,
) -> Result<Count> {
    let (clock, import): (Clock, _) = (Arc::new(now), dice()?.id(now()));
    let new = NewImport { id: import, ledger, size, staff: None, at: now() };
    store.begin_import(new).await.map_err(|error| match error {
        StoreError::TooMany => format!("{} are being taken in at this moment.", ledger.name()),
        other => other.to_string(),
    })?;
    let taken = take_in(store, (import, ledger), file, &clock).await.map_err(|error| error.to_string())?;
    store.forget_ledger_rows(now()).await.map_err(|error| error.to_string())?;
    Ok(taken)
}

/// Reads a roll straight into the database: its length does not matter.
#[expect(clippy::print_stderr, reason = "what was left out is told apart from what was done")]
async fn import_roll(store: &Store, file: &Path, council: &str) -> Result<()> {
    let size = std::fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?.len();
    let bar = ProgressBar::new(size);
    let left_out = Arc::new(AtomicUsize::new(0));
    let rows: Rows = {
        let (bar, left_out, file) = (bar.clone(), left_out.clone(), file.to_owned());
        Arc::new(move || {
            bar.set_position(0);
            left_out.store(0, Ordering::SeqCst);
            let opened =
                std::fs::File::open(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let (bar, left_out, file) = (bar.clone(), left_out.clone(), file.clone());
            let reading = bar.wrap_read(std::io::BufReader::new(opened));
            let read = electors::read(reading, move |skipped: Skipped| {
                if left_out.fetch_add(1, Ordering::SeqCst) < NAMED {
                    let Skipped { line, why } = skipped;
                    bar.suspend(|| eprintln!("{}:{line}: left out: {why}", file.display()));
                }
            })?;
            Ok(Box::new(read))
        })
    };
    let many = store.replace_roll(rows).await.map_err(|error| match error {
        StoreError::Database(DbErr::Custom(why)) => why,
        other => other.to_string(),
    })?;
    bar.finish_and_clear();
    let skipped = left_out.load(Ordering::SeqCst);
    println!("{council}: {many} people on the electoral roll; {skipped} lines left out.");
    Ok(())
}

async fn seed_demo(config: &Config) -> Result<()> {
    let db = connect(config).await?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let dice = dice()?;
    for served in councils(config)?.all().iter().filter(|served| served.council.demo) {
        let store = db.council(&served.council.id);
        // What a council has imported is not the demonstration's to change.
        if store.bounds().await.map_err(|error| error.to_string())?.is_none() {
            let (streets, addresses) = demo::addresses();
            store.replace_wards(demo::wards()).await.map_err(|error| error.to_string())?;
            store
                .replace_addresses(streets, addresses, Arc::new(|_| {}))
                .await
                .map_err(|error| error.to_string())?;
        }
        if !store.has_roll().await.map_err(|error| error.to_string())? {
            let roll: Rows = Arc::new(|| Ok(Box::new(demo::electors().into_iter().map(Ok))));
            store.replace_roll(roll).await.map_err(|error| error.to_string())?;
        }
        let today = served.local(now()).date();
        for ledger in Ledger::ALL {
            if store.ledger_is(ledger).await.map_err(|error| error.to_string())?.is_none() {
                let text = ledgers::demo::csv(ledger, today);
                bring_in(&store, (ledger, text.len() as u64), std::io::Cursor::new(text)).await?;
            }
        }
        println!(
            "Staff of {}, who can sign in at /staff (the code comes to /demo/mailbox):",
            served.council.name
        );
        for member in &served.council.staff {
            store
                .put_staff(dice.id(now()), &member.name, &member.email, &member.department, member.role)
                .await
                .map_err(|error| error.to_string())?;
            println!(
                "  {} ({}, {}, {})",
                member.email,
                member.name,
                served.council.department_name(&member.department),
                member.role.id()
            );
        }
    }
    Ok(())
}

/// The system's clock: the one place it is read.
#[expect(clippy::disallowed_methods, reason = "everything else takes the time as an argument")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

/// The clock of a server. Only demonstrations may be ahead of their time.
fn clock(days_ahead: u16, councils: &Councils) -> Result<Clock> {
    if days_ahead == 0 {
        return Ok(Arc::new(now));
    }
    if !councils.all().iter().all(|served| served.council.demo) {
        return Err(
            "--days-ahead is for demonstrations: a council's promises are kept by its own clock".into()
        );
    }
    Ok(Arc::new(move || now() + chrono::TimeDelta::days(days_ahead.into())))
}

/// Sends notifications. Only demonstrations may send them to this computer.
fn pusher(config: &Config, serve: &ServeConfig, councils: &Councils) -> Result<Pusher> {
    if serve.push_locally && !councils.all().iter().all(|served| served.council.demo) {
        return Err("--push-locally is for demonstrations: strangers say where notifications go".into());
    }
    Pusher::new(secret(config)?, serve.push_locally, Arc::new(now))
}

/// Chance from the system.
fn dice() -> Result<Dice> {
    use rand::TryRng as _;
    let mut seed = [0; 32];
    rand::rngs::SysRng.try_fill_bytes(&mut seed).map_err(|error| error.to_string())?;
    Ok(Dice::new(seed))
}

async fn serve(config: &Config, serve: &ServeConfig) -> Result<()> {
    start_log(serve.log_json);
    let dice = dice()?;
    let db = connect(config).await?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let mail = match &serve.smtp_url {
        Some(url) => Mailer::smtp(url)?,
        None => Mailer::Folder(config.data_dir.join("mailbox")),
    };
    let councils = councils(config)?;
    let clock = clock(serve.days_ahead, &councils)?;
    let push = pusher(config, serve, &councils)?;
    let state = AppState::new(Parts {
        councils,
        db,
        blobs: Blobs::in_folder(&config.data_dir.join("photos"))?,
        photos: PhotoCleaner::new().map_err(|error| error.to_string())?,
        mail,
        notify: GovNotify::new(
            serve.notify_dir.clone().unwrap_or_else(|| config.data_dir.join("notify")),
            Arc::new(now),
        )?,
        push,
        payments: Payments::new(
            serve.payments_dir.clone().unwrap_or_else(|| config.data_dir.join("payments")),
            Arc::new(now),
        )?,
        secret: secret(config)?,
        providers: Providers::new(
            serve.sign_in_dir.clone().unwrap_or_else(|| config.data_dir.join("sign-in")),
        )?,
        clock,
        dice,
        public_url: serve.public_url(),
        changes: broadcast::channel(1024).0,
        wake: Notify::new(),
        stop: CancellationToken::new(),
    });
    let listener =
        TcpListener::bind(serve.listen).await.map_err(|error| format!("{}: {error}", serve.listen))?;
    println!("Portico is at {}", state.public_url);
    let jobs = tokio::spawn(runner::run(state.clone()));
    let time = tokio::spawn(jobs::clock::run(state.clone()));
    let payments = tokio::spawn(jobs::paying::run(state.clone()));
    tokio::spawn(look_after(state.clone()));
    tokio::spawn(retention::nightly(state.clone()));
    tokio::spawn(stop_on_signal(state.stop.clone()));
    listen::serve(listener, app::app(state.clone()), state.stop.clone()).await;
    // A batch of jobs under way is finished; what is left stays in the outbox.
    let _ = tokio::join!(jobs, time, payments);
    Ok(())
}

/// Picks up changed documents every second, adds up the figures every five, and every ten minutes clears up and compares the books
/// of days that are due.
async fn look_after(state: AppState) {
    let mut look = tokio::time::interval(Duration::from_secs(1));
    let mut count = tokio::time::interval(Duration::from_secs(5));
    let mut clear = tokio::time::interval(Duration::from_mins(10));
    let mut books = tokio::time::interval(Duration::from_mins(10));
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return,
            _ = look.tick() => match state.councils.refresh() {
                Ok(true) => tracing::info!("changed documents were read"),
                Ok(false) => {}
                Err(faults) => for fault in faults {
                    tracing::error!(%fault, "a document has a mistake; the one before is still served");
                },
            },
            _ = count.tick() => if let Err(error) = figures::add_up(&state).await {
                tracing::error!(%error, "the figures can't be added up");
            },
            _ = books.tick() => if let Err(error) = jobs::reconcile::run_due(&state).await {
                tracing::error!(%error, "the books can't be compared");
            },
            _ = clear.tick() => if let Err(error) = sweep::sweep(&state).await {
                tracing::error!(%error, "clearing up failed");
            },
        }
    }
}

async fn stop_on_signal(stop: CancellationToken) {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => return tracing::error!(%error, "signals can't be heard"),
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    stop.cancel();
}

fn start_log(json: bool) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,sea_orm_migration=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    if json {
        log.json().init();
    } else {
        log.init();
    }
}
