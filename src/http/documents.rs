//! Documents that a request only names: those that the operator trusts, and those that clients have left here before (automatic
//! persisted queries). However a document comes, the guard looks at it before anything is executed.
//!
//! A request names its document by `documentId`, or by the hash in `extensions.persistedQuery`. A hash that comes with a document has
//! to be the document's: what is kept under it is what everybody gets who names it.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    sync::Arc,
};

use async_graphql::{
    Executor, Pos, Request, Value, Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use moka::{future::Cache, policy::EvictionPolicy};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::{DocumentLimits, Gate, guard, operation::Operation, parameters::Parameters, refusal::Refusal};

/// What the clients' documents may take up together.
const KEPT_BYTES: u64 = 16 * 1024 * 1024;
/// What a document takes up beside its text, roughly.
const EACH_BYTES: usize = 256;
const HASH_LETTERS: usize = 64;
/// What an id of the persisted documents' appendix of GraphQL over HTTP begins with, if it is a hash.
const HASH_MARK: &str = "sha256:";

/// Documents by their names. Cheap to clone.
#[derive(Clone)]
pub struct Documents {
    trusted: watch::Receiver<Arc<Trusted>>,
    only_trusted: bool,
    persisted: Option<Cache<String, Arc<str>>>,
}

impl Documents {
    /// What is trusted, which may change; whether anything else is refused; whether clients may leave documents here.
    pub fn new(trusted: watch::Receiver<Arc<Trusted>>, only_trusted: bool, persisted: bool) -> Self {
        let persisted = persisted && !only_trusted;
        Self { trusted, only_trusted, persisted: persisted.then(persisted_documents) }
    }
}

impl Default for Documents {
    /// None: whoever sends a request sends its document.
    fn default() -> Self {
        Self::new(watch::channel(Arc::default()).1, false, false)
    }
}

fn persisted_documents() -> Cache<String, Arc<str>> {
    let weight =
        |hash: &String, text: &Arc<str>| u32::try_from(hash.len() + text.len() + EACH_BYTES).unwrap_or(u32::MAX);
    // The newest is kept whatever was asked for before: its client has just been told that it will be.
    Cache::builder().max_capacity(KEPT_BYTES).weigher(weight).eviction_policy(EvictionPolicy::lru()).build()
}

/// The documents that the operator trusts.
#[derive(Debug, Default)]
pub struct Trusted {
    by_id: HashMap<String, Arc<str>>,
    texts: HashSet<String>,
}

impl Trusted {
    /// Documents with their ids; of two with the same id the first counts.
    pub fn of(documents: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut trusted = Self::default();
        for (id, text) in documents {
            trusted.texts.insert(hash(&text));
            trusted.by_id.entry(id).or_insert_with(|| text.into());
        }
        trusted
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    fn find(&self, id: &str) -> Option<Arc<str>> {
        let found = self.by_id.get(id).or_else(|| self.by_id.get(id.strip_prefix(HASH_MARK)?));
        found.cloned()
    }
}

/// The SHA-256 of a text, in the digits that clients write it with.
pub fn hash(text: &str) -> String {
    let mut digits = String::with_capacity(HASH_LETTERS);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// What is wrong with a document, and where.
#[derive(Debug)]
pub struct Objection {
    pub message: String,
    pub at: Option<Pos>,
}

/// A document as the guard would have it, or what the guard says.
pub fn parse(text: &str, limits: &DocumentLimits) -> Result<ExecutableDocument, Objection> {
    let mut request = Request::new(text);
    match guard::parse(&mut request, &Variables::default(), limits) {
        Ok(document) => Ok(document.clone()),
        Err(refusal) => Err(Objection { message: refusal.message.into_owned(), at: refusal.location }),
    }
}

/// What an operation is called in a manifest.
pub fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// A document that came with its hash, to be kept once the guard has seen it.
struct Unkept {
    hash: String,
    text: Arc<str>,
}

impl Documents {
    /// Puts the document that a request names into its place.
    async fn resolve(&self, parameters: &mut Parameters) -> Result<Option<Unkept>, Refusal> {
        let hash = parameters.take_extension("persistedQuery").map(persisted_hash).transpose()?;
        let id = parameters.document_id.take().filter(|id| !id.is_empty());
        let named = id.is_some() || hash.is_some();
        let text = parameters.query.take().filter(|text| !(named && text.is_empty()));
        let unkept = match (&text, id, hash) {
            (Some(_), Some(_), _) => {
                return Err(Refusal::malformed("Send either `documentId` or `query`, and not both."));
            }
            (None, Some(id), _) => {
                parameters.query = Some(self.find(&id, Refusal::no_such_document).await?);
                return Ok(None);
            }
            (None, None, Some(hash)) => {
                parameters.query = Some(self.find(&hash, || self.unknown_hash()).await?);
                return Ok(None);
            }
            (Some(text), None, Some(hash)) => Some(self.unkept(text, hash)?),
            (_, None, None) => None,
        };
        if let Some(text) = &text {
            self.check_trust(text)?;
        }
        parameters.query = text;
        Ok(unkept.filter(|_| self.persisted.is_some()))
    }

    async fn find(&self, id: &str, otherwise: impl FnOnce() -> Refusal) -> Result<String, Refusal> {
        let trusted = self.trusted.borrow().find(id);
        let found = match (trusted, &self.persisted) {
            (None, Some(persisted)) => persisted.get(id.strip_prefix(HASH_MARK).unwrap_or(id)).await,
            (trusted, _) => trusted,
        };
        let otherwise = || if self.only_trusted { Refusal::not_trusted() } else { otherwise() };
        found.map(|text| text.as_ref().to_owned()).ok_or_else(otherwise)
    }

    fn unknown_hash(&self) -> Refusal {
        if self.persisted.is_some() { Refusal::persisted_not_found() } else { Refusal::persisted_not_supported() }
    }

    fn unkept(&self, text: &str, claimed: String) -> Result<Unkept, Refusal> {
        if hash(text) != claimed {
            return Err(Refusal::persisted_mismatch());
        }
        Ok(Unkept { hash: claimed, text: text.into() })
    }

    /// A document that is sent whole is as good as its id.
    fn check_trust(&self, text: &str) -> Result<(), Refusal> {
        match self.only_trusted && !self.trusted.borrow().texts.contains(&hash(text)) {
            true => Err(Refusal::not_trusted()),
            false => Ok(()),
        }
    }

    async fn keep(&self, Unkept { hash, text }: Unkept) {
        if let Some(persisted) = &self.persisted {
            persisted.insert(hash, text).await;
        }
    }
}

/// The hash of the extension `persistedQuery`, as Apollo's clients write it.
fn persisted_hash(extension: Value) -> Result<String, Refusal> {
    let hash = match &extension {
        Value::Object(members) if members.get("version") == Some(&Value::from(1)) => members.get("sha256Hash"),
        _ => None,
    };
    match hash {
        Some(Value::String(hash)) if is_hash(hash) => Ok(hash.to_ascii_lowercase()),
        _ => Err(Refusal::malformed(
            "The extension `persistedQuery` needs a `version`, which is 1, and a `sha256Hash` of 64 digits.",
        )),
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_LETTERS && text.bytes().all(|letter| letter.is_ascii_hexdigit())
}

impl<E: Executor> Gate<E> {
    /// The operation that a request asks for, in whichever way it tells its document.
    pub(super) async fn prepare(&self, mut parameters: Parameters) -> Result<Operation, Refusal> {
        let (documents, limits) = (&self.front.documents, &self.front.limits.document);
        let unkept = documents.resolve(&mut parameters).await?;
        let operation = Operation::prepare(parameters, limits)?;
        if let Some(unkept) = unkept {
            documents.keep(unkept).await;
        }
        Ok(operation)
    }
}

#[cfg(test)]
mod tests;
