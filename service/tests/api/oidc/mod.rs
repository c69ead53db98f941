//! People sign in with an identity provider that the test starts itself: what is right lets them in
//! with their role, party and name; every single thing that is wrong lets nobody in; and when the
//! provider is down nobody notices but who wants to sign in.
pub(crate) mod browser;
mod doctor;
mod ends;
pub(crate) mod provider;

use serde_json::json;
use service::auth::Role;

use crate::lab::{GTIN, PHARMACY};
use browser::{Browser, COOKIE, Desk, code};
use provider::{Alg, Twist, pairs};

#[test]
fn a_person_signs_in_and_is_who_the_provider_says() {
    for alg in [Alg::Rs256, Alg::Es256] {
        let desk = Desk::new(alg);
        let mut browser = Browser::default();
        let nobody = browser.get(&desk.lab, "/auth/me").expect(200).json();
        assert_eq!(nobody, json!({"sign_in": "/auth/login", "session": null}));
        assert_eq!(desk.provider.asked(), [""; 0], "nobody wants to sign in");

        let back = browser.go_and_return(&desk, "/auth/login?return_to=/packs%3Fx=1");
        let begun = browser.cookies["__Host-theriac-sign-in"].clone();
        assert!(browser.set[0].ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"));
        let done = browser.get(&desk.lab, &back).expect(303);
        assert_eq!(done.headers["location"], "/packs?x=1");
        assert_eq!(done.headers["cache-control"], "no-store");
        let cookie = browser.cookies[COOKIE].clone();
        assert_eq!(cookie.len(), 43);
        assert_ne!(cookie, begun);
        let line = format!("{COOKIE}={cookie}; Path=/; Secure; HttpOnly; SameSite=Strict");
        assert!(browser.set.contains(&line), "{:?}", browser.set);
        assert_eq!(browser.cookies.len(), 1, "the other is forgotten");

        let me = browser.get(&desk.lab, "/auth/me").expect(200).json();
        let session = &me["session"];
        assert_eq!(session["name"], "Ada");
        assert_eq!(session["subject"], "f:42:ada");
        assert_eq!(session["party"], PHARMACY);
        assert_eq!(session["roles"], json!(["pharmacy"]));
        assert_eq!(session["began_at"], "2026-11-21T08:00:00.000Z");
        assert_eq!(session["idle_until"], "2026-11-21T08:30:00.000Z");
        assert_eq!(session["expires_at"], "2026-11-21T20:00:00.000Z");
        let mine = browser.get(&desk.lab, "/api/v1/me").expect(200).json();
        assert_eq!(mine["party"]["gln"], PHARMACY);

        let scan = json!({"scan": format!("(01){GTIN}(21)S1"), "purpose": "training"});
        browser.post(&desk.lab, "/api/v1/verify", &scan).expect(200);
        browser.get(&desk.lab, "/api/v1/keys").expect(403);
        let again = desk.signed_in().get(&desk.lab, "/auth/me").json();
        assert_eq!(
            again["session"]["person"], session["person"],
            "the same person"
        );
        assert_ne!(again["session"]["id"], session["id"]);
    }
}

#[test]
fn the_access_log_says_who_and_keeps_no_code() {
    let desk = Desk::new(Alg::Es256);
    let mut browser = desk.signed_in();
    browser.get(&desk.lab, "/api/v1/me").expect(200);
    let person = browser.get(&desk.lab, "/auth/me").json()["session"]["person"].clone();
    let log = desk.lab.get(Role::Admin, "/api/v1/accesses").expect(200);
    let text = String::from_utf8(log.body.clone()).unwrap();
    assert!(
        !text.contains("code-1") && !text.contains("state="),
        "{text}"
    );
    let lines = log.json()["accesses"].as_array().unwrap().clone();
    let of = |route: &str| {
        let found = lines.iter().find(|it| it["route"] == route);
        found.unwrap_or_else(|| panic!("{route}: {text}")).clone()
    };
    for route in ["/auth/callback", "/api/v1/me"] {
        let line = of(route);
        assert_eq!(line["person"], "Ada (f:42:ada)");
        assert_eq!((&line["key"], &line["party"]), (&person, &json!(PHARMACY)));
    }
    assert_eq!(of("/auth/login")["person"], json!(null));
    let path = format!("/api/v1/accesses?key={}", person.as_str().unwrap());
    let own = desk.lab.get(Role::Admin, &path).expect(200).json();
    assert!(own["accesses"].as_array().unwrap().len() >= 3, "{own}");
}

#[test]
fn a_token_that_is_wrong_in_one_respect_signs_nobody_in() {
    let desk = Desk::new(Alg::Es256);
    for twist in [
        Twist::Audience,
        Twist::MoreAudiences,
        Twist::AuthorizedParty,
        Twist::Issuer,
        Twist::Nonce,
        Twist::NoNonce,
        Twist::Expired,
        Twist::Premature,
        Twist::AlgNone,
        Twist::HmacWithPublicKey,
        Twist::HmacWithSecret,
        Twist::UnknownKid,
        Twist::OtherKey,
        Twist::ChangedClaims,
        Twist::NoToken,
    ] {
        desk.provider.twist(twist);
        assert_eq!(
            desk.refused(),
            (403, "sign_in_refused".to_owned()),
            "{twist:?}"
        );
    }
    desk.provider.twist(Twist::NoSubject);
    assert_eq!(desk.refused(), (403, "forbidden".to_owned()));
    desk.provider.twist(Twist::Right);
    desk.signed_in();
}

#[test]
fn an_rsa_key_is_no_shared_secret() {
    let desk = Desk::new(Alg::Rs256);
    for twist in [
        Twist::HmacWithPublicKey,
        Twist::HmacWithSecret,
        Twist::AlgNone,
    ] {
        desk.provider.twist(twist);
        assert_eq!(
            desk.refused(),
            (403, "sign_in_refused".to_owned()),
            "{twist:?}"
        );
    }
    desk.provider.twist(Twist::Right);
    desk.signed_in();
}

#[test]
fn what_comes_back_is_good_once_and_in_the_browser_that_began() {
    let desk = Desk::new(Alg::Es256);
    let (mut mine, mut theirs) = (Browser::default(), Browser::default());
    let my_back = mine.go_and_return(&desk, "/auth/login");
    let their_back = theirs.go_and_return(&desk, "/auth/login");
    let mut again = mine.clone();
    desk.provider.asked();
    for (mut browser, path) in [
        (mine.clone(), their_back),
        (theirs.clone(), my_back.clone()),
        (Browser::default(), my_back.clone()),
        (mine.clone(), my_back.replace("state=", "other=")),
        (mine.clone(), format!("{my_back}&state=x")),
    ] {
        let done = browser.get(&desk.lab, &path).expect(403);
        assert_eq!(code(&done), "sign_in_refused");
        assert!(!browser.cookies.contains_key(COOKIE), "{path}");
    }
    assert_eq!(desk.provider.asked(), [""; 0], "no code was redeemed");

    mine.get(&desk.lab, &my_back).expect(303);
    again.get(&desk.lab, &my_back).expect(403);
    // The same code with a fresh sign-in: the provider has given it out once.
    let fresh = theirs.go_and_return(&desk, "/auth/login");
    let stolen = pairs(my_back.split_once('?').unwrap().1)["code"].clone();
    let own = pairs(fresh.split_once('?').unwrap().1)["code"].clone();
    let done = theirs
        .get(&desk.lab, &fresh.replace(&own, &stolen))
        .expect(403);
    assert_eq!(code(&done), "sign_in_refused");
}

#[test]
fn a_code_of_another_sign_in_is_not_taken_because_of_its_verifier() {
    let desk = Desk::new(Alg::Es256);
    let (mut mine, mut theirs) = (Browser::default(), Browser::default());
    let my_back = mine.go_and_return(&desk, "/auth/login");
    let their_back = theirs.go_and_return(&desk, "/auth/login");
    let part = |back: &str| pairs(back.split_once('?').unwrap().1)["code"].clone();
    let injected = my_back.replace(&part(&my_back), &part(&their_back));
    let done = mine.get(&desk.lab, &injected).expect(403);
    assert_eq!(code(&done), "sign_in_refused");
    assert!(
        desk.provider.asked().contains(&"/token".to_owned()),
        "it was tried"
    );
}

#[test]
fn what_the_provider_refuses_is_refused() {
    let desk = Desk::new(Alg::Es256);
    for change in ["&error=access_denied", "&iss=https://login.evil.example"] {
        let mut browser = Browser::default();
        let back = browser.go_and_return(&desk, "/auth/login");
        let (before, _) = back.split_once("&session_state").unwrap();
        let done = browser
            .get(&desk.lab, &format!("{before}{change}"))
            .expect(403);
        assert_eq!(code(&done), "sign_in_refused");
    }
    let mut browser = Browser::default();
    let back = browser.go_and_return(&desk, "/auth/login");
    desk.lab.world.advance(10 * 60 * 1_000);
    browser.get(&desk.lab, &back).expect(403);
    for path in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "a",
    ] {
        let login = format!("/auth/login?return_to={path}");
        let begun = Browser::default().get(&desk.lab, &login).expect(400);
        assert_eq!(code(&begun), "query_parameter", "{path}");
    }
}

#[test]
fn whoever_has_no_role_and_no_registered_party_is_nobody_here() {
    let desk = Desk::new(Alg::Es256);
    for claims in [
        json!({"name": "Eve", "roles": ["staff"]}),
        json!({"name": "Eve"}),
        json!({"name": "Eve", "roles": ["makers"]}),
        json!({"name": "Eve", "roles": ["makers"], "gln": "9506000100999"}),
        json!({"name": "Eve", "roles": ["makers"], "gln": ["9506000100012", PHARMACY]}),
    ] {
        desk.provider.says(claims.clone());
        assert_eq!(desk.refused(), (403, "forbidden".to_owned()), "{claims}");
    }
    desk.provider
        .says(json!({"roles": "makers", "gln": "9506000100012"}));
    let me = desk.signed_in().get(&desk.lab, "/auth/me").json();
    assert_eq!(me["session"]["name"], "f:42:ada", "no name but the subject");
    assert_eq!(me["session"]["roles"], json!(["manufacturer"]));
}

#[test]
fn the_provider_may_change_its_key() {
    let desk = Desk::new(Alg::Es256);
    desk.signed_in();
    desk.provider.change_key("key-2");
    desk.signed_in();
    desk.provider.asked();
    desk.signed_in();
    assert_eq!(
        desk.provider.asked(),
        ["/authorize", "/token"],
        "the rest is known"
    );
}

#[test]
fn without_a_provider_nobody_signs_in() {
    let lab = crate::lab::Lab::new();
    let mut browser = Browser::default();
    let me = browser.get(&lab, "/auth/me").expect(200).json();
    assert_eq!(me, json!({"sign_in": null, "session": null}));
    browser.get(&lab, "/auth/login").expect(404);
    browser
        .get(&lab, "/auth/callback?code=1&state=2")
        .expect(404);
    browser.cookies.insert(COOKIE.to_owned(), "A".repeat(43));
    browser.get(&lab, "/api/v1/me").expect(401);
}

#[test]
fn over_plain_http_the_cookie_has_no_prefix_that_browsers_would_refuse() {
    let desk = Desk::with(Alg::Es256, |it| {
        it.redirect_base = Some("http://127.0.0.1:9".to_owned());
    });
    let mut browser = Browser::default();
    let begun = browser.get(&desk.lab, "/auth/login").expect(303);
    assert!(browser.cookies.contains_key("theriac-sign-in"));
    let asked = pairs(begun.headers["location"].split_once('?').unwrap().1);
    assert_eq!(asked["redirect_uri"], "http://127.0.0.1:9/auth/callback");
    let back = browser.go_and_return(&desk, "/auth/login");
    browser.get(&desk.lab, &back).expect(303);
    let set = browser.set.join("\n");
    assert!(
        set.contains("SameSite=Strict") && !set.contains("Secure"),
        "{set}"
    );
    browser.get(&desk.lab, "/api/v1/me").expect(200);
    let value = browser.cookies.remove("theriac").unwrap();
    browser.cookies.insert(COOKIE.to_owned(), value);
    browser.get(&desk.lab, "/api/v1/me").expect(401);
}
