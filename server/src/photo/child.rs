//! The child process that decodes one photo. It reads no file, opens no connection and knows no secret; what
//! it may use is bounded before the first byte of the photo is decoded.

use std::io::{Read, Write, stdin, stdout};
use std::process::ExitCode;

use picture::{Fault, Limits, Picture, THUMBNAIL_SIDE, open};
use rlimit::Resource;

use super::{MAX_BYTES, frame};

/// Room for 100 megapixels of a progressive JPEG, in bytes.
const MEMORY: u64 = 1536 * 1024 * 1024;
/// In seconds of processor time.
const PROCESSOR: u64 = 8;
/// Standard input, output and error, and a few more.
const FILES: u64 = 8;

/// Cleans the photo on standard input and writes the result to standard output. Call it before anything
/// else is started: threads already running would be counted against the limits.
#[must_use]
pub fn clean_photo_main() -> ExitCode {
    match bound().and_then(|()| serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn bound() -> std::io::Result<()> {
    for (resource, most) in [
        (Resource::AS, MEMORY),
        (Resource::CPU, PROCESSOR),
        (Resource::CORE, 0),
        (Resource::NOFILE, FILES),
        (Resource::FSIZE, 0),
    ] {
        let (_, hard) = resource.get()?;
        resource.set(most.min(hard), most.min(hard))?;
    }
    Ok(())
}

fn serve() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    // One more than allowed, to tell too many from just enough.
    stdin().lock().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    let reply = match clean(&bytes) {
        Ok((picture, jpeg, thumbnail)) => frame::cleaned(&picture, &jpeg, &thumbnail),
        Err(fault) => frame::fault(fault),
    };
    let mut output = stdout().lock();
    output.write_all(&reply)?;
    output.flush()
}

fn clean(bytes: &[u8]) -> Result<(Picture, Vec<u8>, Vec<u8>), Fault> {
    let picture = open(bytes, &Limits::SERVER)?.picture;
    let jpeg = picture.to_jpeg()?;
    let thumbnail = picture.shrunk(THUMBNAIL_SIDE).to_jpeg()?;
    Ok((picture, jpeg, thumbnail))
}
