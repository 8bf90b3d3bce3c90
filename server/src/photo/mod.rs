//! Cleaning of photos that residents send.
//!
//! What a resident sent is never stored or served as it came. It is looked at by its headers here, which
//! costs next to nothing, and decoded in a process of its own ([`child`]): the decoders may panic on hostile
//! bytes, or ask for more memory than there is, and neither may take the server along.

mod child;
mod frame;

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use picture::{Fault, Limits};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

pub use child::clean_photo_main;

/// The subcommand by which this binary cleans one photo: standard input to standard output.
pub const SUBCOMMAND: &str = "clean-photo";
/// The most bytes a photo may have as sent.
pub const MAX_BYTES: usize = 15 * 1024 * 1024;

/// How long the child may take, by the clock on the wall. A 12-megapixel photo takes a fifth of a second.
const CHILD_TIME: Duration = Duration::from_secs(10);
/// How long a photo may wait for its turn.
const TURN_TIME: Duration = Duration::from_secs(20);
/// More than any photo of 1,600 pixels and its thumbnail take, in bytes.
const MAX_REPLY: u64 = 16 * 1024 * 1024;

/// A photo fit to be kept: upright, in sRGB, and holding nothing but pixels.
#[derive(Clone, Debug)]
pub struct Cleaned {
    /// A JPEG with no side longer than [`picture::LONGEST_SIDE`].
    pub jpeg: Bytes,
    /// A JPEG with no side longer than [`picture::THUMBNAIL_SIDE`].
    pub thumbnail: Bytes,
    /// Of `jpeg`, in pixels.
    pub width: u32,
    /// Of `jpeg`, in pixels.
    pub height: u32,
}

/// Why a photo is not kept.
#[derive(Debug, Error)]
pub enum PhotoFault {
    /// No bytes.
    #[error("the photo is empty")]
    Empty,
    /// Neither a JPEG nor a PNG nor a WebP, by its first bytes.
    #[error("the file is not a JPEG, PNG or WebP")]
    NotAnImage,
    /// The file ends before the picture does.
    #[error("the photo is not complete")]
    Truncated,
    /// More pixels than [`Limits::SERVER`] allows.
    #[error("the photo has too many pixels")]
    TooManyPixels,
    /// More than [`MAX_BYTES`].
    #[error("the photo has too many bytes")]
    TooLarge,
    /// The decoder gave up, crashed, or took more time or memory than it is given.
    #[error("the photo cannot be read")]
    Unreadable,
    /// Too many other photos are being cleaned.
    #[error("too many photos at once")]
    Busy,
    /// The child could not be started or heard: our trouble, not the photo's.
    #[error("the photo cleaner does not run")]
    Internal(#[source] std::io::Error),
}

impl From<Fault> for PhotoFault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Empty => Self::Empty,
            Fault::NotAnImage | Fault::Unsupported => Self::NotAnImage,
            Fault::Truncated => Self::Truncated,
            Fault::TooManyPixels => Self::TooManyPixels,
            Fault::Unreadable => Self::Unreadable,
        }
    }
}

/// Cleans photos, no more at a time than there are processors.
#[derive(Debug)]
pub struct PhotoCleaner {
    program: PathBuf,
    permits: Semaphore,
}

impl PhotoCleaner {
    /// A cleaner that runs the server's own binary.
    ///
    /// # Errors
    /// If the system does not say where that is.
    pub fn new() -> std::io::Result<Self> {
        // On Linux this is the very file that runs, also after a new release took its place on the disk.
        let running = Path::new("/proc/self/exe");
        let program = if running.exists() { running.to_owned() } else { std::env::current_exe()? };
        Ok(Self::with_program(program))
    }

    /// A cleaner that runs another binary, which must call [`clean_photo_main`] for [`SUBCOMMAND`].
    #[must_use]
    pub fn with_program(program: PathBuf) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { program, permits: Semaphore::new(cores) }
    }

    /// Cleans one photo. Dropping the future ends the child.
    ///
    /// # Errors
    /// Every [`PhotoFault`]. What headers tell is told at once, without waiting for a turn.
    pub async fn clean(&self, bytes: Bytes) -> Result<Cleaned, PhotoFault> {
        if bytes.len() > MAX_BYTES {
            return Err(PhotoFault::TooLarge);
        }
        picture::check(&bytes, &Limits::SERVER)?;
        let _permit = self.turn().await?;
        let mut child = self.start().map_err(PhotoFault::Internal)?;
        let reply = match timeout(CHILD_TIME, converse(&mut child, bytes)).await {
            Ok(Ok((status, reply))) if status.success() => reply,
            Ok(Err(error)) => return Err(PhotoFault::Internal(error)),
            // It crashed, or it took too long: then it is ended by `kill_on_drop`.
            Ok(Ok(_)) | Err(_) => return Err(PhotoFault::Unreadable),
        };
        frame::read(&Bytes::from(reply)).unwrap_or(Err(PhotoFault::Unreadable))
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, PhotoFault> {
        match timeout(TURN_TIME, self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(PhotoFault::Busy),
        }
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .arg(SUBCOMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A decoder's panic message may hold bytes of the photo. It is nobody's business.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

/// Hands the photo over and hears the reply out.
async fn converse(child: &mut Child, photo: Bytes) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    let tell = async move {
        // A child that ends early closes the pipe; its status says why.
        let _ = input.write_all(&photo).await;
    };
    let hear = async move {
        let mut reply = Vec::new();
        output.take(MAX_REPLY).read_to_end(&mut reply).await.map(|_| reply)
    };
    let ((), reply) = tokio::join!(tell, hear);
    let reply = reply?;
    Ok((child.wait().await?, reply))
}
