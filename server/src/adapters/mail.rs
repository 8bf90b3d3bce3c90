//! Sending mail: through an SMTP server, or into a folder of `.eml` files, one folder per council. Where mail goes into a
//! folder, text messages do, too.

use std::path::{Path, PathBuf};

use lettre::address::Envelope;
use lettre::message::{Mailbox, MultiPart, header};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncTransport as _, Message, Tokio1Executor};
use uuid::Uuid;

/// What GOV.UK Notify tries failures with gets nothing in a folder either.
const GETS_NO_MAIL: &str = "perm-fail@simulator.notify";
/// The same for text messages.
const GETS_NO_TEXTS: &str = "+447700900002";

/// A mail to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Identifier; part of its Message-ID.
    pub id: Uuid,
    /// Council it is sent for.
    pub council: String,
    /// From: the council's name and address.
    pub from: (String, String),
    /// Where mail servers say what becomes of it; its sender where nothing is said.
    pub bounces: Option<String>,
    /// To: a name, perhaps empty, and an address.
    pub to: (String, String),
    /// Subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It can never be sent: an address that mail servers do not take.
    #[error("the mail can't be sent: {0}")]
    Never(String),
    /// It could not be sent now.
    #[error("the mail could not be sent: {0}")]
    NotNow(String),
}

/// Something that sends mail.
#[derive(Clone)]
pub enum Mailer {
    /// An SMTP server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// A folder.
    Folder(PathBuf),
}

impl Mailer {
    /// `smtp://` or `smtps://`.
    ///
    /// # Errors
    /// When the address can't be read.
    pub fn smtp(url: &str) -> Result<Self, String> {
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| error.to_string())?;
        Ok(Self::Smtp(transport.build()))
    }

    /// The mailbox folder of a council, when mail goes into folders.
    #[must_use]
    pub fn mailbox(&self, council: &str) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(council)),
            Self::Smtp(_) => None,
        }
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let message = message(&mail)?;
        match self {
            Self::Smtp(transport) => transport.send(message).await.map(|_| ()).map_err(|error| {
                // What a mail server says names the address, and this is logged: its number says enough. What is no
                // answer at all stands in the error word for word.
                let why = match error.status() {
                    Some(code) => format!("the mail server answered {code}"),
                    None if error.is_response() => "the mail server gave no answer that is one".to_owned(),
                    None => error.to_string(),
                };
                if error.is_permanent() { MailError::Never(why) } else { MailError::NotNow(why) }
            }),
            Self::Folder(folder) => {
                if mail.to.1 == GETS_NO_MAIL {
                    return Err(MailError::Never("there is no such mailbox".to_owned()));
                }
                // Whoever delivers a mail for good writes down where its fate is told (RFC 5321).
                let path = mail.bounces.map(|to| format!("Return-Path: <{to}>\r\n")).unwrap_or_default();
                let bytes = [path.into_bytes(), message.formatted()].concat();
                put(&folder.join(&mail.council), &format!("{}.eml", mail.id), bytes).await
            }
        }
    }

    /// Sends a text message into the folder.
    ///
    /// # Errors
    /// [`MailError`], also where mail goes to a server, which sends none.
    pub async fn text(&self, council: &str, id: Uuid, to: &str, text: &str) -> Result<(), MailError> {
        let Self::Folder(folder) = self else {
            return Err(MailError::NotNow("nothing is set up to send text messages".to_owned()));
        };
        if to == GETS_NO_TEXTS {
            return Err(MailError::Never("there is no such number".to_owned()));
        }
        put(&folder.join(council), &format!("{id}.txt"), format!("{to}\n{text}").into_bytes()).await
    }
}

/// Puts a message into a folder, all of it at once; the same one again is no second one.
async fn put(folder: &Path, name: &str, bytes: Vec<u8>) -> Result<(), MailError> {
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        let half = folder.join(format!("{name}.part"));
        tokio::fs::write(&half, bytes).await?;
        tokio::fs::rename(half, folder.join(name)).await
    };
    written.await.map_err(|error| MailError::NotNow(error.to_string()))
}

fn message(mail: &Mail) -> Result<Message, MailError> {
    let never = |error: &dyn std::error::Error| MailError::Never(error.to_string());
    let address = |address: &str| address.parse::<Address>().map_err(|error| never(&error));
    let from = address(&mail.from.1)?;
    let id = format!("<{}@{}>", mail.id, from.domain());
    let name = Some(mail.to.0.clone()).filter(|name| !name.is_empty());
    let to = address(&mail.to.1)?;
    // Said outright, not read back from the headers, which know fewer addresses than there are.
    let sender = mail.bounces.as_deref().map_or_else(|| Ok(from.clone()), address)?;
    let envelope = Envelope::new(Some(sender), vec![to.clone()]).map_err(|error| never(&error))?;
    Message::builder()
        .envelope(envelope)
        .from(Mailbox::new(Some(mail.from.0.clone()), from))
        .to(Mailbox::new(name, to))
        .subject(mail.subject.clone())
        .message_id(Some(id))
        .header(AutoSubmitted)
        .header(header::MIME_VERSION_1_0)
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .map_err(|error| never(&error))
}

/// Says that no person wrote this, so that out-of-office replies stay quiet (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".into())
    }
}
