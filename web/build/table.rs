//! Writes the Rust table that the library includes: every asset under an address that names its content, and the examples.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// An operation that GraphiQL opens in a tab, and its variables as JSON.
pub(crate) struct Example {
    name: String,
    operation: String,
    variables: Option<String>,
}

/// The `*.graphql` files of a folder in the order of their names, each with the `.json` beside it.
pub(crate) fn examples(folder: &Path) -> Result<Vec<Example>, Box<dyn Error>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "graphql"));
    files.sort();
    let mut examples = Vec::new();
    for file in files {
        let variables = file.with_extension("json");
        examples.push(Example {
            name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            operation: read_trimmed(&file)?,
            variables: variables.exists().then(|| read_trimmed(&variables)).transpose()?,
        });
    }
    Ok(examples)
}

/// A file without the newline at its end, which would be an empty line in an editor.
fn read_trimmed(file: &Path) -> io::Result<String> {
    Ok(fs::read_to_string(file)?.trim_end().to_owned())
}

/// Writes `assets/` and `table.rs`. No third-party file means that the pages are not bundled.
pub(crate) fn write(
    out: &Path,
    own: &[PathBuf],
    third_party: &[PathBuf],
    examples: &[Example],
) -> Result<(), Box<dyn Error>> {
    let folder = out.join("assets");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let mut paths = String::new();
    let mut entries = String::new();
    for file in own.iter().chain(third_party) {
        let asset = embed(file, &folder)?;
        writeln!(entries, "    {},", asset.entry)?;
        if own.contains(file) {
            writeln!(paths, "pub(crate) const {}: &str = {:?};", constant(&asset.name), asset.path)?;
        }
    }

    let mut table = format!("pub(crate) const BUNDLED: bool = {};\n\n{paths}\n", !third_party.is_empty());
    writeln!(table, "pub(super) const ENTRIES: &[Entry] = &[\n{entries}];\n")?;
    writeln!(table, "pub(crate) const EXAMPLES: &[(&str, &str)] = &[")?;
    for Example { name, operation, .. } in examples {
        writeln!(table, "    ({name:?}, {operation:?}),")?;
    }
    writeln!(table, "];\n\npub(crate) const EXAMPLE_VARIABLES: &[(&str, &str)] = &[")?;
    for Example { name, variables, .. } in examples {
        if let Some(variables) = variables {
            writeln!(table, "    ({name:?}, {variables:?}),")?;
        }
    }
    writeln!(table, "];")?;
    fs::write(out.join("table.rs"), table)?;
    Ok(())
}

struct Embedded {
    name: String,
    path: String,
    entry: String,
}

/// Copies one file to `folder` under a name with its hash, compressed beside it, and words its entry in the table.
fn embed(file: &Path, folder: &Path) -> Result<Embedded, Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = name.rsplit_once('.').ok_or_else(|| format!("{name} has no extension"))?;
    let hash: String =
        Sha256::digest(&bytes).iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let hashed = format!("{stem}-{}.{extension}", &hash[..12]);
    let path = format!("/assets/{hashed}");

    let compressed = gzip(&bytes)?;
    let gzip = if compressed.len() < bytes.len() {
        fs::write(folder.join(format!("{hashed}.gz")), compressed)?;
        format!("Some(include_bytes!({:?}))", format!("assets/{hashed}.gz"))
    } else {
        "None".to_owned()
    };
    fs::write(folder.join(&hashed), bytes)?;
    let entry = format!(
        "Entry {{ name: {name:?}, path: {path:?}, asset: Asset {{ bytes: include_bytes!({:?}), gzip: {gzip}, content_type: \
         {:?}, etag: {:?}, gzip_etag: {:?}, immutable: true }} }}",
        format!("assets/{hashed}"),
        content_type(extension)?,
        format!("\"{hash}\""),
        format!("\"{hash}-gzip\""),
    );
    Ok(Embedded { name, path, entry })
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn content_type(extension: &str) -> Result<&'static str, String> {
    match extension {
        "css" => Ok("text/css; charset=utf-8"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "svg" => Ok("image/svg+xml"),
        "txt" => Ok("text/plain; charset=utf-8"),
        other => Err(format!("no content type is known for .{other}")),
    }
}

/// `graphiql.js` becomes `GRAPHIQL_JS`.
fn constant(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }).collect()
}
