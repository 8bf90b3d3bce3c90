//! Photos on their way from a resident's phone to the council: made small and forgetful in a worker
//! before they are sent ([`prepare`]), then sent with progress ([`upload`]).

mod browser;
mod client;
mod name;
mod object_url;
mod problem;
mod turn;
mod upload;

use domain::field::Position;
use domain::field::photos::MAX_BYTES;
use js_sys::ArrayBuffer;
use picture::Fault;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use client::Refusal;
pub use name::shown;
pub use object_url::ObjectUrl;
pub use problem::PhotoProblem;
pub use upload::{DOCUMENTS, PHOTOS, PhotoId, upload};

/// Files that even the worker is not asked to read: no camera writes photos as large, and a phone does
/// not have the memory. In bytes.
const MOST_FILE_BYTES: f64 = 100.0 * 1024.0 * 1024.0;
/// How much of a file tells what it is, in bytes.
const MAGIC_BYTES: i32 = 32;

/// A photo ready to be sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What to send: a JPEG without metadata, or the file as it was where nothing in the browser could
    /// read it.
    pub blob: Blob,
    /// Width and height in pixels, upright; unknown for a file as it was.
    pub size: Option<(u32, u32)>,
    /// Where the camera says the photo was taken. It is not in `blob`; send it only if the resident
    /// says so.
    pub position: Option<Position>,
    /// The address to show it by, good for as long as a clone of it is kept.
    pub object_url: ObjectUrl,
}

/// Makes a photo small and forgetful: no side longer than 1,600 pixels, upright, in sRGB, as a JPEG that
/// holds nothing but pixels. Photos asked for at the same time are worked on one after the other.
///
/// Dropping the future stops the work.
///
/// # Errors
/// [`PhotoProblem::Empty`], [`PhotoProblem::NotAnImage`], [`PhotoProblem::Truncated`],
/// [`PhotoProblem::TooManyPixels`], [`PhotoProblem::TooLarge`], or [`PhotoProblem::Unreadable`] if the
/// browser does not give the file's bytes.
pub async fn prepare(file: File) -> Result<Prepared, PhotoProblem> {
    // Told from its first bytes: a long video costs neither its reading nor the worker's download.
    let format = picture::sniff(&beginning(&file).await?);
    if let Err(fault @ (Fault::Empty | Fault::NotAnImage)) = format {
        return Err(fault.into());
    }
    let _turn = turn::wait().await;
    if format == Err(Fault::Unsupported) {
        // HEIC where the browser can read it; the server reads it no more than the worker.
        return browser::shrink(&file).await.map_err(|_| PhotoProblem::NotAnImage);
    }
    if file.size() > MOST_FILE_BYTES {
        return Err(PhotoProblem::TooLarge);
    }
    match client::shrink(&file).await {
        Ok(prepared) => Ok(prepared),
        Err(Refusal::NoBytes) => Err(PhotoProblem::Unreadable),
        Err(Refusal::Fault(problem)) if problem != PhotoProblem::Unreadable => Err(problem),
        Err(Refusal::Fault(_) | Refusal::NoWorker) => match browser::shrink(&file).await {
            Ok(prepared) => Ok(prepared),
            Err(_) => as_it_is(&file),
        },
    }
}

async fn beginning(file: &File) -> Result<Vec<u8>, PhotoProblem> {
    let blob = file.slice_with_i32_and_i32(0, MAGIC_BYTES).map_err(|_| PhotoProblem::Unreadable)?;
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|_| PhotoProblem::Unreadable)?;
    Ok(js_sys::Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec())
}

/// The last resort: the server may still read it.
fn as_it_is(file: &File) -> Result<Prepared, PhotoProblem> {
    #[expect(clippy::cast_precision_loss, reason = "fifteen million is exact")]
    let most = MAX_BYTES as f64;
    if file.size() > most {
        return Err(PhotoProblem::TooLarge);
    }
    let blob: Blob = file.clone().unchecked_into();
    Ok(Prepared { object_url: ObjectUrl::new(&blob)?, blob, size: None, position: None })
}
