//! The third-party files of the pages: which package and version each is from, and what it must hash to.
//!
//! `build.rs` compiles this file too: it embeds what is listed here. The versions stand in `package.json` as well and the
//! hashes are those of the files npm installs; `tests/pins.rs` compares both. A build without npm sends browsers to a CDN for
//! the same files, which they accept only with these hashes.

/// One file of an npm package, usable in a browser as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThirdParty {
    /// The npm package.
    pub(crate) package: &'static str,
    /// Its exact version.
    pub(crate) version: &'static str,
    /// The file's path inside the package.
    pub(crate) file: &'static str,
    /// The file's hash as browsers check it: `sha384-` and base64.
    pub(crate) integrity: &'static str,
}

impl ThirdParty {
    /// The file's own name, without folders.
    pub(crate) fn name(&self) -> &'static str {
        self.file.rsplit_once('/').map_or(self.file, |(_, name)| name)
    }

    /// Where a page finds the file if it is not embedded.
    pub(crate) fn cdn_address(&self) -> String {
        format!("https://cdn.jsdelivr.net/npm/{}@{}/{}", self.package, self.version, self.file)
    }
}

/// React, which GraphiQL 4 takes from the page; 18 is the last version that ships a file for browsers.
pub(crate) const REACT: ThirdParty = ThirdParty {
    package: "react",
    version: "18.3.1",
    file: "umd/react.production.min.js",
    integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
};

/// React's binding to the page.
pub(crate) const REACT_DOM: ThirdParty = ThirdParty {
    package: "react-dom",
    version: "18.3.1",
    file: "umd/react-dom.production.min.js",
    integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
};

/// The client of the graphql-transport-ws protocol, for subscriptions.
pub(crate) const GRAPHQL_WS: ThirdParty = ThirdParty {
    package: "graphql-ws",
    version: "6.4.2",
    file: "umd/graphql-ws.min.js",
    integrity: "sha384-mxvR4Mzbsb6QVx/9xI2gtQikQA6m8zMDBFnu3l//4/ROsWt7y2sUGWd+/tYQqDm7",
};

/// GraphiQL 4: version 5 ships modules only, which need a bundler.
pub(crate) const GRAPHIQL: ThirdParty = ThirdParty {
    package: "graphiql",
    version: "4.1.2",
    file: "graphiql.min.js",
    integrity: "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
};

/// GraphiQL's styles, with its fonts inside.
pub(crate) const GRAPHIQL_STYLES: ThirdParty = ThirdParty {
    package: "graphiql",
    version: "4.1.2",
    file: "graphiql.min.css",
    integrity: "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
};

/// Every file above, in the order in which a page loads them.
pub(crate) const ALL: [ThirdParty; 5] = [REACT, REACT_DOM, GRAPHQL_WS, GRAPHIQL, GRAPHIQL_STYLES];
