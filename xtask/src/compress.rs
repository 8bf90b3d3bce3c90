//! Makes files small once, at build time, as small as they get.

use std::{
    io::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};
use brotli::{BrotliCompress, enc::BrotliEncoderParams};
use flate2::{Compression, write::GzEncoder};

use crate::fingerprint::{Files, extension};

/// Smaller files fit into one packet as they are.
const WORTHWHILE: usize = 256;

/// Whether a file gets a `.br` and a `.gz` beside it. Pages do not: the server fills in the
/// council's names while it sends them.
pub fn is_compressed(name: &str, size: usize) -> bool {
    size >= WORTHWHILE
        && ["wasm", "js", "css", "svg", "txt", "json", "webmanifest"].contains(&extension(name))
}

/// Compresses the named files on all processors, and returns what to put beside them.
pub fn compress(files: &Files, names: &[&str]) -> Result<Files> {
    let mut names = names.to_vec();
    // The longest work first, so that no processor is left with it at the end.
    names.sort_by_key(|name| std::cmp::Reverse(files.get(*name).map_or(0, Vec::len)));
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Files::new());
    let work = || -> Result<()> {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let content = files.get(*name).with_context(|| format!("{name} is not there"))?;
            let (br, gz) = (brotli(content)?, gzip(content)?);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(format!("{name}.br"), br);
            done.insert(format!("{name}.gz"), gz);
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a compressor panicked")))
        })
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 11, size_hint: content.len(), ..Default::default() };
    let mut result = Vec::new();
    BrotliCompress(&mut &content[..], &mut result, &params).context("brotli fails")?;
    Ok(result)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).context("gzip fails")?;
    encoder.finish().context("gzip fails")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_compressed_comes_back() {
        let content = b"the same words again and again, ".repeat(40);
        let files = Files::from([("a.js".to_owned(), content.clone())]);
        let small = compress(&files, &["a.js"]).unwrap();
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&small["a.js.gz"][..]).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, content);
        plain.clear();
        brotli::BrotliDecompress(&mut &small["a.js.br"][..], &mut plain).unwrap();
        assert_eq!(plain, content);
        assert!(small["a.js.br"].len() < content.len() / 4);
    }

    #[test]
    fn pages_pictures_and_crumbs_are_sent_as_they_are() {
        for (name, size, expected) in [
            ("a.wasm", 5000, true),
            ("a.js", 256, true),
            ("a.js", 255, false),
            ("index.html", 5000, false),
            ("photo.png", 5000, false),
            ("LICENSE", 5000, false),
        ] {
            assert_eq!(is_compressed(name, size), expected, "{name}");
        }
    }
}
