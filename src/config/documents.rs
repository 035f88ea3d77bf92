//! Which documents are executed.

use std::path::PathBuf;

use super::reader::Reader;

/// Documents that requests may name, and whether anything else is executed.
#[derive(Clone, Debug)]
pub struct Documents {
    /// A folder or a manifest.
    pub trusted: Option<PathBuf>,
    /// Whether nothing but those is.
    pub only_trusted: bool,
    /// Whether clients may leave documents here by their hashes.
    pub persisted: bool,
}

impl Reader {
    pub(super) fn documents(&mut self) -> Documents {
        let trusted = Some(self.text("TRUSTED_DOCUMENTS")).filter(|path| !path.is_empty()).map(PathBuf::from);
        let only_trusted = self.switch("TRUSTED_DOCUMENTS_ONLY");
        if only_trusted && trusted.is_none() {
            let message =
                "TRUSTED_DOCUMENTS_ONLY would refuse everything; set TRUSTED_DOCUMENTS to a folder or a manifest";
            self.problems.push(message.to_owned());
        }
        Documents { trusted, only_trusted, persisted: self.switch("PERSISTED_QUERIES") }
    }
}
