//! Packing a copy as it is sent: photos go through in small pieces, and nothing waits in memory for a slow reader.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use bytes::Bytes;
use chrono::Datelike as _;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Copy, File, page};
use crate::adapters::blobs::{Blobs, Size};

/// Pieces that wait for the reader at most.
const WAITING: usize = 8;
/// How large a piece becomes before it is sent, in bytes.
const PIECE: usize = 64 * 1024;

/// What was packed and not sent yet.
#[derive(Clone, Default)]
struct Packed(Arc<Mutex<Vec<u8>>>);

impl Packed {
    fn take(&self, at_least: usize) -> Option<Bytes> {
        let mut packed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (packed.len() >= at_least && !packed.is_empty()).then(|| std::mem::take(&mut *packed).into())
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Packing {
    zip: ZipWriter<StreamWriter<Packed>>,
    packed: Packed,
    out: mpsc::Sender<io::Result<Bytes>>,
    options: SimpleFileOptions,
}

impl Copy {
    /// The ZIP file, made while it is read. What goes wrong on the way ends it early, and the browser says so.
    pub fn stream(self, blobs: Blobs) -> Body {
        let (out, pieces) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            if let Err(error) = Box::pin(self.pack(&blobs, out.clone())).await {
                // The reader went away: that is nobody's fault.
                if !out.is_closed() {
                    tracing::error!(%error, "a copy of somebody's data can't be made");
                    let _ = out.send(Err(error)).await;
                }
            }
        });
        Body::from_stream(ReceiverStream::new(pieces))
    }

    async fn pack(&self, blobs: &Blobs, out: mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
        let packed = Packed::default();
        // Pictures hardly become smaller: the quickest will do.
        let mut options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1));
        let (year, month, day) = (self.day.year(), self.day.month(), self.day.day());
        if let (Ok(year), Ok(month), Ok(day)) = (year.try_into(), month.try_into(), day.try_into())
            && let Ok(day) = DateTime::from_date_and_time(year, month, day, 0, 0, 0)
        {
            options = options.last_modified_time(day);
        }
        let mut packing = Packing { zip: ZipWriter::new_stream(packed.clone()), packed, out, options };
        let mut found = BTreeMap::new();
        for file in self.files() {
            if !found.contains_key(&file.id)
                && let Some(name) = packing.file(blobs, &self.council.0, file).await?
            {
                found.insert(file.id, name);
            }
        }
        packing.text("everything.json", &serde_json::to_string_pretty(&self.data())?).await?;
        packing.text("open-me.html", &page::draw(self, &found)).await?;
        packing.end().await
    }
}

impl Packing {
    /// Sends what is packed, once it is this much.
    async fn send(&self, at_least: usize) -> io::Result<()> {
        match self.packed.take(at_least) {
            Some(piece) => {
                let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the reader went away");
                self.out.send(Ok(piece)).await.map_err(gone)
            }
            None => Ok(()),
        }
    }

    async fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.zip.start_file(name, self.options)?;
        for piece in text.as_bytes().chunks(PIECE) {
            self.zip.write_all(piece)?;
            self.send(PIECE).await?;
        }
        Ok(())
    }

    /// Packs a photo or document, and gives its name; none when there is no such thing.
    async fn file(&mut self, blobs: &Blobs, council: &str, file: &File) -> io::Result<Option<String>> {
        let mut pieces = match blobs.stream(council, file.id, file.size).await {
            Ok(pieces) => pieces.map_err(io::Error::other),
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(io::Error::other(error)),
        };
        let mut piece = pieces.try_next().await?.unwrap_or_default();
        let is_pdf = file.size == Size::Document && !piece.starts_with(&[0xff, 0xd8]);
        let name = format!("{}.{}", file.path, if is_pdf { "pdf" } else { "jpg" });
        self.zip.start_file(name.as_str(), self.options)?;
        loop {
            self.zip.write_all(&piece)?;
            self.send(PIECE).await?;
            piece = match pieces.next().await {
                Some(next) => next?,
                None => return Ok(Some(name)),
            };
        }
    }

    async fn end(self) -> io::Result<()> {
        let Self { zip, packed, out, .. } = self;
        zip.finish()?;
        if let Some(last) = packed.take(0) {
            // Nobody to read it is nobody's fault.
            let _ = out.send(Ok(last)).await;
        }
        Ok(())
    }
}
