//! The browser's own decoder, for what the worker cannot read or where it does not run. It reads HEIC in
//! Safari. Browsers that guard against fingerprints put noise into what they draw, so it comes second.

use js_sys::Promise;
use leptos::prelude::{document, window};
use picture::{LONGEST_SIDE, QUALITY};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap, ImageBitmapOptions,
    ImageOrientation,
};

use super::{ObjectUrl, Prepared};

/// Makes a photo small with a canvas. Says nothing about where it was taken.
pub(super) async fn shrink(file: &File) -> Result<Prepared, JsValue> {
    let options = ImageBitmapOptions::new();
    options.set_image_orientation(ImageOrientation::FromImage);
    let bitmap = window().create_image_bitmap_with_blob_and_image_bitmap_options(file, &options)?;
    let bitmap: ImageBitmap = JsFuture::from(bitmap).await?.unchecked_into();
    let canvas = draw(&bitmap);
    // Gives back the decoded pixels at once, drawn or not.
    bitmap.close();
    let canvas = canvas?;
    let encoded = Promise::new(&mut |resolve, reject| {
        let quality = f64::from(QUALITY) / 100.0;
        if canvas.to_blob_with_type_and_encoder_options(&resolve, "image/jpeg", &quality.into()).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    // A canvas that is too large gives null.
    let blob: Blob = JsFuture::from(encoded).await?.dyn_into()?;
    let object_url = ObjectUrl::new(&blob).map_err(|_| JsValue::NULL)?;
    Ok(Prepared { blob, size: Some((canvas.width(), canvas.height())), position: None, object_url })
}

fn draw(bitmap: &ImageBitmap) -> Result<HtmlCanvasElement, JsValue> {
    let (width, height) = (bitmap.width(), bitmap.height());
    let scale = (f64::from(LONGEST_SIDE) / f64::from(width.max(height))).min(1.0);
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(scaled(width, scale));
    canvas.set_height(scaled(height, scale));
    let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    // What is transparent would become black.
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, width, height);
    context.draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, width, height)?;
    Ok(canvas)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most as long as it was")]
fn scaled(length: u32, scale: f64) -> u32 {
    (f64::from(length) * scale).round().max(1.0) as u32
}
