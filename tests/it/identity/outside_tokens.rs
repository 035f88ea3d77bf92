//! Tokens of another issuer: whom they let in, and that nothing else does.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{external_identity, user};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{
    PASSWORD, audit_log, give_password,
    outside_issuer::{AUDIENCE, ISSUER, Issuer, Manner, Signer},
    refresh, sign_in_as, tokens,
};
use crate::support::{
    answer::{statements, without_request_ids},
    eventually,
    world::{OWNER, STRANGER, Start, World},
};

on_both!(
    a_user_comes_with_a_token_of_another_issuer,
    an_address_links_nobody_unless_it_is_theirs,
    what_is_not_the_issuers_word_is_refused,
    keys_are_looked_for_and_not_too_often,
    an_issuer_that_is_away_lets_nobody_in_yet,
    whoever_signed_in_elsewhere_signs_out_there,
    whom_the_issuer_vouches_for_takes_the_user_over,
);

const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

async fn start(database: &Database, issuer: &Issuer) -> World {
    World::start_with(database, Start { accounts: 0, variables: issuer.variables() }).await
}

/// An issuer with one key of each algorithm.
async fn issuer() -> (Issuer, Vec<Signer>) {
    let signers: Vec<Signer> =
        ALGORITHMS.iter().map(|algorithm| Signer::new(*algorithm, &format!("key-{algorithm:?}"))).collect();
    let keys = signers.iter().map(Signer::public).collect();
    (Issuer::start(Manner::Tells(keys)).await, signers)
}

/// The claims of a token for the owner, good for a minute, with some of them changed; null removes one.
fn claims(world: &World, changes: Value) -> Value {
    let now = world.gateway.app.clock.now().timestamp();
    let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "their-name-for-the-owner", "iat": now,
        "exp": now + 60, "email": OWNER, "email_verified": true });
    let of_token = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        of_token.insert(name.clone(), value.clone());
    }
    of_token.retain(|_, value| !value.is_null());
    claims
}

/// The status, and the text but for the request's id.
async fn ask(world: &World, token: &str) -> (u16, String) {
    let response = world.post(Some(token), "{ viewer { email } }", json!({})).await;
    (response.status().as_u16(), without_request_ids(&response.text().await.unwrap()))
}

async fn users_and_links(database: &Database) -> (u64, u64) {
    let connection = database.connect().await;
    let users = user::Entity::find().count(&connection).await.unwrap();
    (users, external_identity::Entity::find().count(&connection).await.unwrap())
}

async fn a_user_comes_with_a_token_of_another_issuer(database: Database) {
    let (issuer, signers) = issuer().await;
    let world = start(&database, &issuer).await;
    for signer in &signers {
        for audience in [json!(AUDIENCE), json!(["another", AUDIENCE])] {
            let token = signer.sign(&claims(&world, json!({ "aud": audience, "email": "Owner@First.example" })));
            let answer = world.ask_as(Some(&token), "{ viewer { email } }", json!({})).await;
            assert_eq!(answer["data"]["viewer"]["email"], OWNER, "{:?}: {answer:#}", signer.algorithm);
        }
    }
    assert_eq!(users_and_links(&database).await, (2, 1));
    let linked: Vec<_> =
        audit_log(&database).await.into_iter().filter(|entry| entry.action == "EXTERNAL_IDENTITY_LINKED").collect();
    let after = format!(r#"{{"issuer":"{ISSUER}","passwordRemoved":false,"subject":"their-name-for-the-owner"}}"#);
    assert_eq!((linked.len(), linked[0].user_id, linked[0].after.as_deref()), (1, Some(1), Some(after.as_str())));
    assert_eq!(linked[0].remote_address.as_deref(), Some("127.0.0.1"));

    let later = signers[1].sign(&claims(&world, json!({ "email": null, "email_verified": null })));
    let answer = world.ask_as(Some(&later), "{ viewer { email } }", json!({})).await;
    assert_eq!((&answer["data"]["viewer"]["email"], statements(&answer)), (&json!(OWNER), 1));
    assert_eq!(issuer.asked(), 1, "keys are kept");
    assert_eq!(ask(&world, &world.token).await.0, 200, "our own tokens go on being good");
    world.stop().await;
}

async fn an_address_links_nobody_unless_it_is_theirs(database: Database) {
    let (issuer, signers) = issuer().await;
    let world = start(&database, &issuer).await;
    let signer = &signers[1];
    for changes in [
        json!({ "email_verified": false }),
        json!({ "email_verified": null }),
        json!({ "email_verified": "false" }),
        json!({ "email": "nobody@first.example" }),
        json!({ "email": null }),
        json!({ "email": "nonsense" }),
    ] {
        assert_eq!(ask(&world, &signer.sign(&claims(&world, changes.clone()))).await.0, 401, "{changes}");
    }
    assert_eq!(users_and_links(&database).await, (2, 0), "nobody is made from a token");
    assert_eq!(ask(&world, &signer.sign(&claims(&world, json!({})))).await.0, 200);
    let successor = claims(&world, json!({ "sub": "who-has-the-owners-address-now" }));
    assert_eq!(ask(&world, &signer.sign(&successor)).await.0, 401);
    let stranger = claims(&world, json!({ "sub": "their-name-for-the-stranger", "email": STRANGER }));
    assert_eq!(ask(&world, &signer.sign(&stranger)).await.0, 200);
    assert_eq!(users_and_links(&database).await, (2, 2));
    world.stop().await;
}

/// Tokens that are each wrong in one way.
fn bad_tokens(world: &World, signer: &Signer, others: &[Signer]) -> Vec<(&'static str, String)> {
    let now = world.gateway.app.clock.now().timestamp();
    let changed = |changes| signer.sign(&claims(world, changes));
    let good = changed(json!({}));
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let another_payload = URL_SAFE_NO_PAD.encode(claims(world, json!({ "email": STRANGER })).to_string());
    let unsigned = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "kid": signer.id }).to_string());
    let with = |header: Header| signer.sign_as(&header, &claims(world, json!({})));
    let impostor = Signer::new(signer.algorithm, &signer.id);
    let mut tokens = vec![
        ("expired", changed(json!({ "exp": now - 1, "iat": now - 60 }))),
        ("without an end", changed(json!({ "exp": null }))),
        ("issued tomorrow", changed(json!({ "iat": now + 86_400, "exp": now + 90_000 }))),
        ("good from tomorrow", changed(json!({ "nbf": now + 86_400, "exp": now + 90_000 }))),
        ("for somebody else", changed(json!({ "aud": "another-service" }))),
        ("for us by our own name", changed(json!({ "aud": "live-gateway" }))),
        ("for nobody", changed(json!({ "aud": null }))),
        ("by somebody else", changed(json!({ "iss": "https://somebody.example/" }))),
        ("by ourselves", changed(json!({ "iss": "live-gateway", "sub": "1", "sid": "1" }))),
        ("by nobody", changed(json!({ "iss": null }))),
        ("about nobody", changed(json!({ "sub": null }))),
        ("about nothing", changed(json!({ "sub": "" }))),
        ("no algorithm", format!("{unsigned}.{payload}.")),
        ("no algorithm, but a signature", format!("{unsigned}.{payload}.{signature}")),
        ("no signature", format!("{header}.{payload}.")),
        ("a cut signature", good[..good.len() - 2].to_owned()),
        ("another payload", format!("{header}.{another_payload}.{signature}")),
        ("signed by somebody else", impostor.sign(&claims(world, json!({})))),
        ("an unknown key", with(Header { kid: Some("made-up".to_owned()), ..signer.header() })),
        ("no key", with(Header { kid: None, ..signer.header() })),
        ("to be understood otherwise", with(Header { crit: Some(vec!["b64".to_owned()]), ..signer.header() })),
    ];
    for other in others.iter().filter(|other| other.id != signer.id) {
        let header = Header { kid: Some(signer.id.clone()), ..other.header() };
        tokens.push(("another key of the issuer's", other.sign_as(&header, &claims(world, json!({})))));
    }
    for secret in public_bytes(signer) {
        let header = Header { kid: Some(signer.id.clone()), ..Header::new(Algorithm::HS256) };
        let key = EncodingKey::from_secret(&secret);
        tokens.push((
            "the public key as a secret",
            jsonwebtoken::encode(&header, &claims(world, json!({})), &key).unwrap(),
        ));
    }
    tokens
}

/// What of a public key might be taken for a secret.
fn public_bytes(signer: &Signer) -> Vec<Vec<u8>> {
    let public = signer.public();
    let part = |name: &str| public[name].as_str().map(|text| URL_SAFE_NO_PAD.decode(text).unwrap());
    let point = part("y").map(|y| [vec![4], part("x").unwrap(), y].concat());
    let parts = [part("n"), part("x"), point].into_iter().flatten();
    parts.chain([public.to_string().into_bytes()]).collect()
}

async fn what_is_not_the_issuers_word_is_refused(database: Database) {
    let (issuer, signers) = issuer().await;
    let world = start(&database, &issuer).await;
    let refusal = ask(&world, "nonsense").await;
    assert_eq!(refusal.0, 401);
    for signer in &signers {
        for (what, token) in bad_tokens(&world, signer, &signers) {
            assert_eq!(ask(&world, &token).await, refusal, "{:?}: {what}", signer.algorithm);
        }
        assert_eq!(users_and_links(&database).await.1, 0, "{:?}", signer.algorithm);
    }
    for signer in &signers {
        let soon = world.gateway.app.clock.now().timestamp() + 20;
        let token = signer.sign(&claims(&world, json!({ "iat": soon, "nbf": soon })));
        assert_eq!(ask(&world, &token).await.0, 200, "a clock that is a little ahead");
    }
    world.stop().await;
}

async fn keys_are_looked_for_and_not_too_often(database: Database) {
    let (old, new) = (Signer::new(Algorithm::EdDSA, "old"), Signer::new(Algorithm::EdDSA, "new"));
    let issuer = Issuer::start(Manner::Tells(vec![old.public()])).await;
    let world = start(&database, &issuer).await;
    let claims = claims(&world, json!({}));
    assert_eq!(ask(&world, &old.sign(&claims)).await.0, 200);
    issuer.now(Manner::Tells(vec![new.public()]));
    assert_eq!(ask(&world, &new.sign(&claims)).await.0, 200, "a new key is found at once");
    assert_eq!(ask(&world, &old.sign(&claims)).await.0, 401, "one that was taken back is not good any more");
    let before = issuer.asked();
    let forged: Vec<String> = (0..20)
        .map(|number| new.sign_as(&Header { kid: Some(format!("forged-{number}")), ..new.header() }, &claims))
        .collect();
    let answers = futures_util::future::join_all(forged.iter().map(|token| ask(&world, token))).await;
    assert!(answers.iter().all(|(status, _)| *status == 401), "{answers:?}");
    assert!(issuer.asked() <= before + 1, "{} fetches for made-up keys", issuer.asked() - before);
    issuer.now(Manner::Away);
    assert_eq!(ask(&world, &new.sign(&claims)).await.0, 200, "what is known is used while the issuer is away");
    world.stop().await;
}

async fn an_issuer_that_is_away_lets_nobody_in_yet(database: Database) {
    let signer = Signer::new(Algorithm::ES256, "key");
    let keys = vec![signer.public()];
    let issuer = Issuer::start(Manner::Away).await;
    let world = start(&database, &issuer).await;
    let claims = claims(&world, json!({}));
    for manner in [Manner::Away, Manner::Elsewhere(keys.clone()), Manner::AtLength(keys.clone()), Manner::Tells(vec![])]
    {
        let before = issuer.asked();
        issuer.now(manner);
        eventually("the issuer is asked again", async || {
            assert_eq!(ask(&world, &signer.sign(&claims)).await.0, 503);
            issuer.asked() > before
        })
        .await;
    }
    assert_eq!(ask(&world, &world.token).await.0, 200, "our own tokens do not depend on it");
    issuer.now(Manner::Tells(keys));
    eventually("the issuer's word counts", async || ask(&world, &signer.sign(&claims)).await.0 == 200).await;
    world.stop().await;
}

async fn whoever_signed_in_elsewhere_signs_out_there(database: Database) {
    let (issuer, signers) = issuer().await;
    let world = start(&database, &issuer).await;
    let token = signers[1].sign(&claims(&world, json!({})));
    let query = "mutation { signOut { endedSignIns userErrors { code } } }";
    let answer = world.ask_as(Some(&token), query, json!({})).await;
    let told = json!({ "endedSignIns": null, "userErrors": [{ "code": "SIGNED_IN_ELSEWHERE" }] });
    assert_eq!(answer["data"]["signOut"], told);
    assert_eq!(ask(&world, &token).await.0, 200);
    world.stop().await;
}

/// Who chose the password may have been somebody else: nobody had proven whose the address is.
async fn whom_the_issuer_vouches_for_takes_the_user_over(database: Database) {
    let (issuer, signers) = issuer().await;
    let world = start(&database, &issuer).await;
    give_password(&world, OWNER, PASSWORD).await;
    let (access, refresh_token) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    assert_eq!(ask(&world, &access).await.0, 200);

    let token = signers[0].sign(&claims(&world, json!({})));
    assert_eq!(ask(&world, &token).await.0, 200);
    assert_eq!(ask(&world, &access).await.0, 401, "what began with the password is over");
    assert_eq!(refresh(&world, &refresh_token).await["accessToken"], json!(null));
    assert_eq!(sign_in_as(&world, OWNER, PASSWORD).await["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    world.stop().await;
}
