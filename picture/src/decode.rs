//! From the bytes of a file to an upright picture of a sensible size.

use std::io::{self, Cursor};

use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use image::{ColorType, ImageDecoder, ImageError};
use jpeg_decoder::{Decoder as JpegDecoder, PixelFormat};

use crate::shrink::{Layout, Rows, shrink};
use crate::{Fault, Format, Header, LONGEST_SIDE, Limits, Picture, Position, check, colour, exif};

/// What a PNG decoder may use beside the pixels: for a row, for a colour profile.
const SPARE_BYTES: u64 = 48 << 20;
/// Colour profiles of photos have a few hundred bytes to a few thousand.
const MOST_PROFILE_BYTES: usize = 1 << 20;

/// A photo ready to be written, and where its camera says it was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Upright, in sRGB, no side longer than [`LONGEST_SIDE`].
    pub picture: Picture,
    /// Never written anywhere by this crate.
    pub position: Option<Position>,
}

/// Decodes a photo, shrinks it to [`LONGEST_SIDE`], converts it to sRGB, puts it on white where
/// it is transparent, and turns it upright. Of an animation, takes the first frame.
///
/// # Errors
/// Whatever [`check`] finds; [`Fault::Unreadable`] if the decoder gives up.
///
/// # Panics
/// The decoders say that they may, on hostile input. They may also ask for more memory than
/// there is, which ends the process.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Photo, Fault> {
    let header = check(bytes, limits)?;
    let notes = header.exif.clone().map(|range| exif::read(&bytes[range])).unwrap_or_default();
    let (mut picture, profile) = decode(bytes, &header)?;
    let stored = header.profile.clone().map(|range| &bytes[range]);
    if let Some(profile) = profile.as_deref().or(stored)
        && profile.len() <= MOST_PROFILE_BYTES
    {
        colour::to_srgb(&mut picture, profile);
    }
    let picture = picture.upright(notes.orientation.unwrap_or(1));
    Ok(Photo { picture, position: notes.position })
}

fn decode(bytes: &[u8], header: &Header) -> Result<(Picture, Option<Vec<u8>>), Fault> {
    let source = Cursor::new(bytes);
    match header.format {
        Format::Jpeg => Ok((jpeg(bytes, header)?, None)),
        Format::WebP => Ok((pixels(WebPDecoder::new(source)?, header)?, None)),
        Format::Png => {
            let mut limits = image::Limits::default();
            limits.max_alloc = Some(SPARE_BYTES);
            let mut decoder = PngDecoder::with_limits(source, limits)?;
            // A PNG's profile is compressed; the decoder has it unpacked, within its limits.
            let profile = decoder.icc_profile().ok().flatten();
            Ok((pixels(decoder, header)?, profile))
        }
    }
}

/// Not the decoder that `image` brings: this one can draw a JPEG at a half, a quarter or an eighth of its size,
/// which takes two thirds of the time and as little memory as a phone has for a tab.
fn jpeg(bytes: &[u8], header: &Header) -> Result<Picture, Fault> {
    let mut decoder = JpegDecoder::new(bytes);
    decoder.read_info()?;
    let info = decoder.info().ok_or(Fault::Unreadable)?;
    if (u32::from(info.width), u32::from(info.height)) != (header.width, header.height) {
        return Err(Fault::Unreadable);
    }
    // It stops at the size where one side is long enough. Only the longer side is to count.
    let (long, any) = (u16::try_from(LONGEST_SIDE).unwrap_or(u16::MAX), u16::MAX);
    let (least_width, least_height) = if info.width >= info.height { (long, any) } else { (any, long) };
    decoder.scale(least_width, least_height)?;
    let mut data = decoder.decode()?;
    let info = decoder.info().ok_or(Fault::Unreadable)?;
    let layout = match info.pixel_format {
        PixelFormat::L8 => Layout::L8,
        PixelFormat::L16 => Layout::L16,
        PixelFormat::RGB24 => Layout::Rgb8,
        PixelFormat::CMYK32 => {
            data = data.as_chunks().0.iter().flat_map(|inks| colour::from_inks(*inks)).collect();
            Layout::Rgb8
        }
    };
    let rows = Rows { data: &data, width: info.width.into(), height: info.height.into(), layout };
    Ok(shrink(&rows, LONGEST_SIDE))
}

fn pixels(decoder: impl ImageDecoder, header: &Header) -> Result<Picture, Fault> {
    let (width, height) = decoder.dimensions();
    let size = decoder.total_bytes();
    // What was checked must be what is decoded.
    if (width, height) != (header.width, header.height) || size > header.decoded_bytes {
        return Err(Fault::Unreadable);
    }
    let layout = match decoder.color_type() {
        ColorType::L8 => Layout::L8,
        ColorType::La8 => Layout::La8,
        ColorType::Rgb8 => Layout::Rgb8,
        ColorType::Rgba8 => Layout::Rgba8,
        ColorType::L16 => Layout::L16,
        ColorType::La16 => Layout::La16,
        ColorType::Rgb16 => Layout::Rgb16,
        ColorType::Rgba16 => Layout::Rgba16,
        _ => return Err(Fault::Unreadable),
    };
    let mut data = vec![0; usize::try_from(size).map_err(|_| Fault::TooManyPixels)?];
    decoder.read_image(&mut data)?;
    Ok(shrink(&Rows { data: &data, width, height, layout }, LONGEST_SIDE))
}

impl From<ImageError> for Fault {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::IoError(error) => error.into(),
            ImageError::Limits(_) => Self::TooManyPixels,
            _ => Self::Unreadable,
        }
    }
}

impl From<jpeg_decoder::Error> for Fault {
    fn from(error: jpeg_decoder::Error) -> Self {
        match error {
            jpeg_decoder::Error::Io(error) => error.into(),
            _ => Self::Unreadable,
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        // The container is whole, but what it holds ends early.
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Truncated } else { Self::Unreadable }
    }
}
