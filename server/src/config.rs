//! How the server is set up: flags, or environment variables of the same names.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Settings that every command shares.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Folder for what is kept: the database, photos, mail and the secret
    #[arg(long, env = "PORTICO_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// Database: `sqlite://FILE` or `postgres://…` [default: `portico.db` in the data folder]
    #[arg(long, env = "PORTICO_DATABASE_URL")]
    pub database_url: Option<String>,
    /// A folder of service documents that overlays the built-in ones; changes are picked up at once
    #[arg(long, env = "PORTICO_SERVICES_DIR")]
    pub services_dir: Option<PathBuf>,
    /// A folder with one folder per council, instead of the demonstration council; changes are picked up at once
    #[arg(long, env = "PORTICO_COUNCILS_DIR")]
    pub councils_dir: Option<PathBuf>,
    /// Secret of at least 32 characters that keys and codes are derived from [default: made once and kept in the data folder]
    #[arg(long, env = "PORTICO_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
}

/// Settings of `serve` and `worker`.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    /// Address to listen on
    #[arg(long, env = "PORTICO_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address residents use, for links in e-mails [default: the address it listens on]
    #[arg(long, env = "PORTICO_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Mail server, `smtps://user:password@host` or `smtp://host:port` [default: a folder of .eml files in the data folder]
    #[arg(long, env = "PORTICO_SMTP_URL")]
    pub smtp_url: Option<String>,
    /// Folder of what proves to sign-in providers that this is the portal: `COUNCIL/PROVIDER.secret` or `COUNCIL/PROVIDER.pem` [default: `sign-in` in the data folder]
    #[arg(long, env = "PORTICO_SIGN_IN_DIR")]
    pub sign_in_dir: Option<PathBuf>,
    /// For demonstrations only: it is so many days later here than it is
    #[arg(long, env = "PORTICO_DAYS_AHEAD", default_value_t = 0)]
    pub days_ahead: u16,
    /// Folder of the keys for GOV.UK Notify: `COUNCIL.key`, and `COUNCIL.callback` with what its receipts are known by [default: `notify` in the data folder]
    #[arg(long, env = "PORTICO_NOTIFY_DIR")]
    pub notify_dir: Option<PathBuf>,
    /// For tests and demonstrations only: residents' devices may have notifications sent to this very computer
    #[arg(long, env = "PORTICO_PUSH_LOCALLY")]
    pub push_locally: bool,
    /// Folder of the keys of card services: `COUNCIL.key`, and `COUNCIL.webhook` with what their webhooks are signed with [default: `payments` in the data folder]
    #[arg(long, env = "PORTICO_PAYMENTS_DIR")]
    pub payments_dir: Option<PathBuf>,
    /// Log lines as JSON
    #[arg(long, env = "PORTICO_LOG_JSON")]
    pub log_json: bool,
}

impl Config {
    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}", self.data_dir.join("portico.db").display()))
    }
}

impl ServeConfig {
    /// The address in links, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        url.trim_end_matches('/').to_owned()
    }
}
