//! The bytes of photos and documents, through `object_store`: a local folder here; a bucket where several servers run.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::ready;
use futures::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt as _};
use uuid::Uuid;

/// Which of a photo's two pictures, or a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// At most 1,600 pixels on its longest side.
    Full,
    /// At most 320.
    Thumbnail,
    /// A document, as it is.
    Document,
}

/// The blob store.
#[derive(Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

impl Blobs {
    /// In a local folder, which is made.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn in_folder(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Keeps a photo's two pictures.
    ///
    /// # Errors
    /// The blob store's errors.
    pub async fn put(
        &self,
        council: &str,
        photo: Uuid,
        full: Bytes,
        thumbnail: Bytes,
    ) -> object_store::Result<()> {
        self.0.put(&path(council, photo, Size::Full), full.into()).await?;
        self.0.put(&path(council, photo, Size::Thumbnail), thumbnail.into()).await?;
        Ok(())
    }

    /// Keeps a document.
    ///
    /// # Errors
    /// The blob store's errors.
    pub async fn put_document(&self, council: &str, id: Uuid, bytes: Bytes) -> object_store::Result<()> {
        self.0.put(&path(council, id, Size::Document), bytes.into()).await?;
        Ok(())
    }

    /// Keeps what is kept under an identifier under another one, too.
    ///
    /// # Errors
    /// The blob store's errors.
    pub async fn copy(&self, council: &str, from: Uuid, to: Uuid) -> object_store::Result<()> {
        for size in [Size::Full, Size::Thumbnail, Size::Document] {
            match self.0.copy(&path(council, from, size), &path(council, to, size)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A photo's picture, or a document.
    ///
    /// # Errors
    /// The blob store's errors.
    pub async fn get(&self, council: &str, photo: Uuid, size: Size) -> object_store::Result<Bytes> {
        self.0.get(&path(council, photo, size)).await?.bytes().await
    }

    /// A photo's picture, or a document, piece by piece.
    ///
    /// # Errors
    /// The blob store's errors, here and in the stream.
    pub async fn stream(
        &self,
        council: &str,
        photo: Uuid,
        size: Size,
    ) -> object_store::Result<BoxStream<'static, object_store::Result<Bytes>>> {
        Ok(self.0.get(&path(council, photo, size)).await?.into_stream())
    }

    /// The identifiers under which something is kept for a council, once for each picture and document.
    ///
    /// # Errors
    /// The blob store's errors, in the stream.
    #[must_use]
    pub fn all(&self, council: &str) -> BoxStream<'static, object_store::Result<Uuid>> {
        let names = self.0.list(Some(&object_store::path::Path::from(council)));
        names.try_filter_map(|blob| ready(Ok(blob.location.filename().and_then(named)))).boxed()
    }

    /// Deletes what is kept under an identifier; what is gone already is fine.
    ///
    /// # Errors
    /// The blob store's errors.
    pub async fn delete(&self, council: &str, photo: Uuid) -> object_store::Result<()> {
        for size in [Size::Full, Size::Thumbnail, Size::Document] {
            match self.0.delete(&path(council, photo, size)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Named by our own identifiers only; the last two digits spread them over folders.
fn path(council: &str, photo: Uuid, size: Size) -> object_store::path::Path {
    let id = photo.simple().to_string();
    let end = match size {
        Size::Full => ".jpg",
        Size::Thumbnail => "-small.jpg",
        Size::Document => ".document",
    };
    object_store::path::Path::from(format!("{council}/{}/{id}{end}", &id[30..]))
}

/// The identifier in a name.
fn named(file: &str) -> Option<Uuid> {
    Uuid::try_parse(file.get(..32)?).ok()
}
