//! What a browser gets: a page that needs no other host, runs no inline script, and finds every file it names.

#![expect(clippy::expect_used, reason = "what is missing fails the test, in a function beside it too")]

use web::{BUNDLED, GraphiqlOptions, asset, graphiql};

fn page() -> String {
    graphiql(&GraphiqlOptions::default()).html
}

/// The values of an attribute, in the order of the document.
fn attributes<'page>(html: &'page str, name: &str) -> Vec<&'page str> {
    let start = format!(" {name}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value).collect()
}

fn options_json(html: &str) -> serde_json::Value {
    let (_, rest) = html.split_once(r#"<script type="application/json" id="options">"#).expect("an options block");
    let (text, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn every_file_of_the_page_is_embedded() {
    let html = page();
    let files = [attributes(&html, "src"), attributes(&html, "href")].concat();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let ours = !file.starts_with("https://");
        assert!(ours || !BUNDLED, "{file} is on another host");
        assert!(!ours || asset(file).is_some(), "{file} is not embedded");
    }
}

#[test]
fn a_bundled_page_names_no_other_host() {
    let page = graphiql(&GraphiqlOptions::default());
    if BUNDLED {
        assert!(!page.html.contains("//"), "{}", page.html);
        assert!(!page.content_security_policy.contains("//"), "{}", page.content_security_policy);
    } else {
        assert!(page.html.contains(r#"integrity="sha384-"#) && page.content_security_policy.contains("https://"));
    }
}

#[test]
fn our_own_files_name_no_other_host() {
    for file in std::fs::read_dir("pages").expect("pages") {
        let path = file.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text").replace("http://www.w3.org/2000/svg", "");
        for host in ["http://", "https://", "\"//", "'//", "(//"] {
            assert!(!text.contains(host), "{} contains {host}", path.display());
        }
    }
}

#[test]
fn no_placeholder_is_left() {
    assert!(!page().contains("{{"), "{}", page());
}

#[test]
fn the_policy_forbids_inline_scripts_and_the_page_has_none() {
    let page = graphiql(&GraphiqlOptions::default());
    let directives: Vec<&str> = page.content_security_policy.split("; ").collect();
    let scripts = directives.iter().find(|directive| directive.starts_with("script-src")).expect("script-src");
    assert!(scripts.starts_with("script-src 'self'") && !scripts.contains("unsafe"), "{scripts}");
    for directive in ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(directives.contains(&directive), "{directive} in {directives:?}");
    }

    let inline = page.html.split("<script").skip(1).filter(|script| !script.starts_with(" src="));
    assert_eq!(inline.filter(|script| !script.starts_with(r#" type="application/json""#)).count(), 0);
    for handler in [" onload=", " onclick=", " onerror=", "javascript:", " style="] {
        assert!(!page.html.contains(handler), "{handler}");
    }
}

#[test]
fn options_reach_the_page_as_they_are() {
    let options = GraphiqlOptions { endpoint: "/a".into(), subscription_path: "/b".into(), token: Some("c".into()) };
    let json = options_json(&graphiql(&options).html);
    assert_eq!(
        (&json["endpoint"], &json["subscriptionPath"], &json["token"]),
        (&"/a".into(), &"/b".into(), &"c".into())
    );
    assert!(options_json(&page())["token"].is_null());
}

#[test]
fn options_cannot_break_out_of_their_block() {
    let hostile = "</script><script>alert(1)</script><!-- \u{2028} & {{options}} \" \\";
    let html = graphiql(&GraphiqlOptions { token: Some(hostile.into()), ..GraphiqlOptions::default() }).html;
    assert_eq!(html.matches("</script>").count(), page().matches("</script>").count());
    assert!(!html.contains("alert(1)<") && !html.contains("<!--") && !html.contains('\u{2028}'));
    assert_eq!(options_json(&html)["token"], hostile);
}
