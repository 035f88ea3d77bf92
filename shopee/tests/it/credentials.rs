//! What is a credential and what is not.

use shopee::{Credential, InvalidCredential};

#[test]
fn a_browser_header_is_taken_as_it_is() {
    let header = r#"SPC_F=abc; SPC_ST=".aGVsbG8=="; REC_T_ID=a,b c; csrftoken="#;
    assert_eq!(Credential::from_cookie_header(header).unwrap().expose_cookie_header(), header);
    let loose = " SPC_EC=1 ;;SPC_U=7; ";
    assert_eq!(Credential::from_cookie_header(loose).unwrap().expose_cookie_header(), "SPC_EC=1; SPC_U=7");
    let repeated = "SPC_ST=old; SPC_U=7; SPC_ST=new";
    assert_eq!(Credential::from_cookie_header(repeated).unwrap().expose_cookie_header(), "SPC_U=7; SPC_ST=new");
}

#[test]
fn what_signs_nothing_is_refused() {
    use InvalidCredential::{Malformed, NoSessionCookie, TooLong};
    let long = format!("SPC_ST={}", "x".repeat(9000));
    for (header, expected) in [
        ("", NoSessionCookie),
        ("SPC_F=abc", NoSessionCookie),
        ("SPC_ST=", NoSessionCookie),
        ("a bearer token", Malformed),
        ("Cookie: SPC_ST=1", Malformed),
        ("SPC_ST=1\r\nHost: elsewhere", Malformed),
        ("SPC_ST=\u{ea}", Malformed),
        ("=1; SPC_ST=1", Malformed),
        (long.as_str(), TooLong),
    ] {
        let error = Credential::from_cookie_header(header).expect_err(header);
        assert_eq!(error, expected, "{header}");
    }
}
