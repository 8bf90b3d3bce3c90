//! Runs the stand-in by itself.
#![expect(clippy::print_stdout, reason = "it says where it is to who started it")]

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use pay_stand_in::{Hooks, Settings, StandIn};
use tokio::net::TcpListener;

/// A stand-in for GOV.UK Pay, for demonstrations and tests: no money moves.
#[derive(Parser)]
struct Options {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The key that services call it with
    #[arg(long, env = "PAY_STAND_IN_KEY", default_value = "api_test_stand-in")]
    api_key: String,
    /// Where webhooks go; without, none are sent
    #[arg(long, requires = "webhook_secret")]
    webhook_url: Option<String>,
    /// What webhooks are signed with
    #[arg(long, env = "PAY_STAND_IN_SECRET")]
    webhook_secret: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "everything else takes the time as an argument")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

async fn run(options: Options) -> Result<(), String> {
    use rand::TryRng as _;
    let mut seed = [0; 32];
    rand::rngs::SysRng.try_fill_bytes(&mut seed).map_err(|error| error.to_string())?;
    let listener = TcpListener::bind(options.listen).await.map_err(|error| error.to_string())?;
    let here = listener.local_addr().map_err(|error| error.to_string())?;
    let base = format!("http://{here}");
    let hooks = options.webhook_url.zip(options.webhook_secret).map(|(url, secret)| Hooks { url, secret });
    let it = StandIn::new(Settings {
        api_key: options.api_key,
        base: base.clone(),
        hooks,
        clock: Arc::new(now),
        seed,
    });
    println!("The stand-in for GOV.UK Pay is at {base}");
    tokio::spawn(tell_again(it.clone()));
    it.serve(listener).await.map_err(|error| error.to_string())
}

/// What was not taken is told again every minute.
async fn tell_again(it: StandIn) {
    let mut minute = tokio::time::interval(Duration::from_mins(1));
    loop {
        minute.tick().await;
        if !it.holds() {
            it.tell(false, 1).await;
        }
    }
}
