//! What is derived from the server's one secret: keys to follow a request with, and the keyed hashes of
//! sign-in codes. Nothing derived is stored: a copy of the database opens no request.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use domain::canonical::Digest;
use domain::reference::Reference;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// Bits in a key to follow a request with: 130, in 26 characters.
const KEY_CHARACTERS: usize = 26;

/// What a key begins with that is good for one turn at a public computer. No other key has a hyphen.
const HERE: &str = "here-";

/// The beginning of a keyed hash, as it can stand in an address.
fn in_letters(mac: &[u8; 32]) -> String {
    let mut text = BASE32_NOPAD.encode(mac).to_ascii_lowercase();
    text.truncate(KEY_CHARACTERS);
    text
}

/// The server's secret.
#[derive(Clone)]
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// From the settings.
    ///
    /// # Errors
    /// When it is shorter than 32 characters.
    pub fn new(secret: &str) -> Result<Self, String> {
        if secret.len() < 32 {
            return Err("the secret must have at least 32 characters".into());
        }
        Ok(Self(secret.as_bytes().into()))
    }

    /// Reads the secret from a file, or makes one there that only its owner can read.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn kept_in(file: &Path, fresh: [u8; 32]) -> Result<Self, String> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let said = |error: std::io::Error| format!("{}: {error}", file.display());
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(said)?;
        }
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
            Ok(mut new) => new
                .write_all(BASE32_NOPAD.encode(&fresh).as_bytes())
                .and_then(|()| new.sync_all())
                .map_err(said)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(said(error)),
        }
        Self::new(std::fs::read_to_string(file).map_err(said)?.trim())
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The key to follow a request with.
    #[must_use]
    pub fn follow_key(&self, council: &str, request: Uuid) -> String {
        let mac = self.mac(&[b"follow", council.as_bytes(), request.as_bytes()]);
        in_letters(&mac)
    }

    /// The key in the address to which somebody comes back who pays.
    #[must_use]
    pub fn payment_key(&self, council: &str, payment: Uuid) -> String {
        let mac = self.mac(&[b"payment", council.as_bytes(), payment.as_bytes()]);
        in_letters(&mac)
    }

    /// The link by which a request can be paid until a moment, and nothing else be done.
    #[must_use]
    pub fn pay_link(&self, council: &str, request: Uuid, until: DateTime<Utc>) -> String {
        let until = until.timestamp().to_be_bytes();
        let mac = self.mac(&[b"pay", council.as_bytes(), request.as_bytes(), &until]);
        let all = [request.as_bytes().as_slice(), &until, mac.get(..16).unwrap_or_default()].concat();
        BASE32_NOPAD.encode(&all).to_ascii_lowercase()
    }

    /// The request that such a link is of, and until when it works.
    #[must_use]
    pub fn read_pay_link(&self, council: &str, link: &str) -> Option<(Uuid, DateTime<Utc>)> {
        let all = BASE32_NOPAD.decode(link.to_ascii_uppercase().as_bytes()).ok()?;
        let (request, rest) = all.split_at_checked(16)?;
        let until = i64::from_be_bytes(rest.get(..8)?.try_into().ok()?);
        let (request, until) = (Uuid::from_slice(request).ok()?, DateTime::from_timestamp(until, 0)?);
        let known = self.pay_link(council, request, until);
        // Hashes, so that it takes as long whatever is wrong.
        (hash(known.as_bytes()) == hash(link.to_ascii_lowercase().as_bytes())).then_some((request, until))
    }

    /// What others name a request by that they may be shown: it opens nothing, and tells nothing.
    #[must_use]
    pub fn public_id(&self, council: &str, request: Uuid) -> String {
        let mac = self.mac(&[b"public", council.as_bytes(), request.as_bytes()]);
        in_letters(&mac)
    }

    /// What a public computer shows that it is one with: it opens nothing that is anybody's.
    #[must_use]
    pub fn terminal_token(&self, council: &str, terminal: Uuid, generation: i32) -> String {
        let mac =
            self.mac(&[b"terminal", council.as_bytes(), terminal.as_bytes(), &generation.to_le_bytes()]);
        format!("{}.{}", terminal.simple(), in_letters(&mac))
    }

    /// The keyed hash of the code that makes a computer a public one.
    #[must_use]
    pub fn terminal_code_hash(&self, council: &str, code: &str) -> Vec<u8> {
        self.mac(&[b"terminal-code", council.as_bytes(), code.as_bytes()]).to_vec()
    }

    /// Seals what a public computer says about whose turn it is.
    #[must_use]
    pub fn turn_seal(&self, council: &str, terminal: Uuid, turn: &str) -> String {
        in_letters(&self.mac(&[b"turn", council.as_bytes(), terminal.as_bytes(), turn.as_bytes()]))
    }

    /// What a key to follow a request with is on a public computer: it opens the same, during one person's turn only. What
    /// stands in the history of its browser opens nothing for the next.
    #[must_use]
    pub fn key_for_a_turn(&self, council: &str, turn: &str, request: Uuid) -> String {
        let mac = self.mac(&[b"here", council.as_bytes(), turn.as_bytes(), request.as_bytes()]);
        format!("{HERE}{}{}", request.simple(), in_letters(&mac))
    }

    /// The request that such a key opens, if it is of this turn.
    #[must_use]
    pub fn opened_in_a_turn(&self, council: &str, turn: &str, key: &str) -> Option<Uuid> {
        let request = Uuid::try_parse(key.strip_prefix(HERE)?.get(..32)?).ok()?;
        let is_it = self.key_for_a_turn(council, turn, request).as_bytes().ct_eq(key.as_bytes());
        bool::from(is_it).then_some(request)
    }

    /// The code on the slip of a request: with the reference it does what the key does. 31 bits, of which few are tried.
    #[must_use]
    pub fn slip_code(&self, council: &str, request: Uuid) -> Reference {
        let mac = self.mac(&[b"slip", council.as_bytes(), request.as_bytes()]);
        let mut words =
            mac.chunks_exact(4).map(|word| word.iter().fold(0, |all, byte| all << 8 | u32::from(*byte)));
        Reference::from_random(std::array::from_fn(|_| words.next().unwrap_or_default()))
    }

    /// The code that a resident says at a desk: forty bits, in eight characters.
    #[must_use]
    pub fn desk_code(&self, council: &str, resident: Uuid, nonce: Uuid) -> String {
        let mac = self.mac(&[b"desk", council.as_bytes(), resident.as_bytes(), nonce.as_bytes()]);
        let mut code = BASE32_NOPAD.encode(&mac);
        code.truncate(8);
        code
    }

    /// What the key is made of with which a council signs notifications; what is no key is passed over for the next one.
    #[must_use]
    pub fn push_key(&self, council: &str, nth: u8) -> [u8; 32] {
        self.mac(&[b"push", council.as_bytes(), &[nth]])
    }

    /// What an address is known by that names a mail of ours: eighty bits, in letters that mail servers may write as they like.
    #[must_use]
    pub fn bounce_code(&self, council: &str, batch: Uuid) -> String {
        let mac = self.mac(&[b"bounce", council.as_bytes(), batch.as_bytes()]);
        let mut code = BASE32_NOPAD.encode(&mac);
        code.truncate(16);
        code
    }

    /// The keyed hash of a resident's sign-in code, for the browser that asked for it.
    #[must_use]
    pub fn resident_code_hash(&self, council: &str, browser_hash: &[u8], code: &str) -> Vec<u8> {
        self.mac(&[b"resident-code", council.as_bytes(), browser_hash, code.as_bytes()]).to_vec()
    }

    /// The keyed hash that a row of the audit log is linked to the one before by.
    #[must_use]
    pub fn seal(&self, bytes: &[u8]) -> Digest {
        Digest(self.mac(&[b"seal", bytes]))
    }

    /// The keyed hash of what somebody is known again by in the contact log, or of what was sent to it: a phone number is
    /// short, so a plain hash of it could be guessed.
    #[must_use]
    pub fn contact_hash(&self, council: &str, what: &str, text: &[u8]) -> Vec<u8> {
        self.mac(&[b"contact", council.as_bytes(), what.as_bytes(), text]).to_vec()
    }

    /// The keyed hash that a home is known by of which something was asked for: an address can be guessed.
    #[must_use]
    pub fn home_hash(&self, council: &str, home: &str) -> Vec<u8> {
        self.mac(&[b"home", council.as_bytes(), home.as_bytes()]).to_vec()
    }

    /// The keyed hash of a code that proves something, for the session that asked for it.
    #[must_use]
    pub fn proof_hash(&self, council: &str, session: Uuid, purpose: &str, code: &str) -> Vec<u8> {
        let purpose = purpose.as_bytes();
        self.mac(&[b"proof", council.as_bytes(), session.as_bytes(), purpose, code.as_bytes()]).to_vec()
    }

    /// The keyed hash of a sign-in code: a code is short, so a plain hash of it could be guessed.
    #[must_use]
    pub fn code_hash(&self, council: &str, staff: Uuid, code: &str) -> Vec<u8> {
        self.mac(&[b"code", council.as_bytes(), staff.as_bytes(), code.as_bytes()]).to_vec()
    }
}

/// The hash that a key or token is stored as.
#[must_use]
pub fn hash(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
