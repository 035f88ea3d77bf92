//! `documents`: a manifest of a folder.

use std::path::Path;

use super::{Failure, say};
use crate::documents;

pub(super) async fn run(folder: &Path) -> Result<(), Failure> {
    let manifest = documents::read(folder).await?;
    say(&manifest.to_json()?)
}
