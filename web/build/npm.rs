//! Installs the npm packages of `package-lock.json` and keeps the few files that the pages need.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::third_party;

/// The licence texts of all installed packages, in one file that is served beside the pages.
const LICENSES: &str = "third-party-licenses.txt";

/// The kept files of an install of exactly the committed lock: from an earlier build, or from npm now.
///
/// The error is one line that says what failed.
pub(crate) fn install(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let kept = folder.join("kept");
    let files: Vec<PathBuf> =
        third_party::ALL.iter().map(|file| file.name()).chain([LICENSES]).map(|name| kept.join(name)).collect();
    let manifest = ["package.json", "package-lock.json"].map(|name| root.join(name));
    let wanted = read_all(&manifest)?;
    let stamp = kept.join("installed");
    if files.iter().all(|file| file.exists()) && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(files);
    }

    let packages = folder.join("node_modules");
    remove(&kept)?;
    fs::create_dir_all(&kept).map_err(|cause| failed("create", &kept, cause))?;
    for source in &manifest {
        copy(source, &folder.join(source.file_name().unwrap_or_default()))?;
    }
    run_npm(folder)?;
    for file in third_party::ALL {
        copy(&packages.join(file.package).join(file.file), &kept.join(file.name()))?;
    }
    write(&kept.join(LICENSES), &licenses(&packages)?)?;
    // A hundred megabytes of which two are needed.
    remove(&packages)?;
    write(&stamp, &wanted)?;
    Ok(files)
}

/// Runs no script of any package, and installs only what the lock's hashes confirm.
fn run_npm(folder: &Path) -> Result<(), String> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--omit=dev",
            "--prefer-offline",
            "--loglevel=error",
        ])
        // Without a network the build shall say so in seconds, not after npm's usual minute.
        .args(["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"])
        .current_dir(folder)
        .output()
        .map_err(|cause| format!("npm does not start: {cause}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = errors.lines().map(|line| line.trim_start_matches("npm error").trim()).collect();
    Err(format!("npm ci failed: {}", lines.iter().take(2).copied().collect::<Vec<_>>().join(", ")))
}

/// The text of every licence file of every installed package, each under the name of its package.
fn licenses(packages: &Path) -> Result<String, String> {
    let mut text = String::new();
    for package in package_folders(packages)? {
        for file in entries(&package)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            if name.starts_with("license") || name.starts_with("licence") {
                let package = package.strip_prefix(packages).unwrap_or(&package).display();
                text += &format!("==== {package}\n\n{}\n\n", read(&file)?.trim());
            }
        }
    }
    Ok(text)
}

/// `name` and `@scope/name` folders.
fn package_folders(packages: &Path) -> Result<Vec<PathBuf>, String> {
    let mut folders = Vec::new();
    for folder in entries(packages)?.into_iter().filter(|path| path.is_dir()) {
        if folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with('@')) {
            folders.extend(entries(&folder)?);
        } else {
            folders.push(folder);
        }
    }
    Ok(folders)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let listing = fs::read_dir(folder).map_err(|cause| failed("list", folder, cause))?;
    let mut paths: Vec<PathBuf> = listing.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn read_all(files: &[PathBuf]) -> Result<String, String> {
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|cause| failed("read", file, cause))
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|cause| failed("write", file, cause))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(|_| ()).map_err(|cause| failed("copy", from, cause))
}

fn remove(folder: &Path) -> Result<(), String> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(|cause| failed("remove", folder, cause)) } else { Ok(()) }
}

fn failed(what: &str, path: &Path, cause: impl Display) -> String {
    format!("cannot {what} {}: {cause}", path.display())
}
