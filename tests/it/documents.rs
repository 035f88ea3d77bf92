//! Trusted documents, from a folder of files to the answers that they get.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command;
mod served;

use std::{fs, path::Path};

/// A folder's documents.
const FILES: [(&str, &str); 4] = [
    ("people/viewer.graphql", "# Who asks.\nquery Viewer {\n  viewer { ...Person }\n}\n"),
    ("people/person.graphql", "fragment Person on Viewer {\n  email\n}\n"),
    (
        "sessions.graphql",
        "query Count { liveSessions { totalCount } }\n\nquery Types { __schema { queryType { name } } }\n",
    ),
    ("watch.gql", "subscription Watch($id: ID!) {\n  viewerCount(sessionId: $id) { viewers }\n}\n"),
];

/// What the first two files make.
const VIEWER: &str = "query Viewer {\n  viewer { ...Person }\n}\n\nfragment Person on Viewer {\n  email\n}";

fn write_all(folder: &Path) {
    for (file, text) in FILES {
        write(folder, file, text);
    }
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
