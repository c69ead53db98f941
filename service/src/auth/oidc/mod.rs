//! Sign-in of people by OpenID Connect: the authorization code flow with PKCE (OpenID Connect Core
//! 1.0, 3.1; RFC 7636; RFC 9700). The provider is asked only while somebody signs in, and not
//! before: API keys and living sessions do not notice when it is down. Every call here may wait
//! for the provider and belongs into a thread that may wait.
pub mod claims;
pub mod pending;
pub mod probe;
pub mod provider;
pub mod settings;

use std::sync::Arc;

pub use claims::Identity;
pub use settings::{Settings, SettingsError};

use crate::auth::passkey::{Ceremonies, Passkeys};
use crate::config::OidcConfig;
use crate::world::World;
use pending::{Attempt, Pending};
use provider::Provider;

/// The sign-in of one node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SignIn(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    provider: Provider,
    pending: Pending,
    passkeys: Option<Passkeys>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The node knows no identity provider.
    #[error("this node has no sign-in")]
    Off,
    /// The provider cannot be reached, or its answer cannot be used.
    #[error("the identity provider cannot be reached or used")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What came back is not a sign-in that was begun here, or not one that can be trusted.
    #[error("{0}")]
    Refused(String),
    /// It is a person, but nobody to this node.
    #[error("{0}")]
    Nobody(String),
}

/// A sign-in that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What the browser keeps until it comes back.
    pub cookie: String,
}

/// What a browser brings back.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// What it kept.
    pub cookie: Option<String>,
    /// `state`.
    pub state: Option<String>,
    /// `code`.
    pub code: Option<String>,
    /// `iss` (RFC 9207).
    pub iss: Option<String>,
    /// `error` (RFC 6749, 4.1.2.1).
    pub error: Option<String>,
}

impl SignIn {
    /// As the settings say; off without an issuer.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn open(config: &OidcConfig) -> Result<Self, SettingsError> {
        let Some(settings) = Settings::check(config)? else {
            return Ok(Self(None));
        };
        let provider = Provider::new(&settings);
        let passkeys = settings.relying_party().map(|party| Passkeys {
            party,
            ceremonies: Ceremonies::default(),
        });
        Ok(Self(Some(Arc::new(Inner {
            settings,
            provider,
            pending: Pending::default(),
            passkeys,
        }))))
    }

    /// Its settings; none when nobody can sign in.
    pub fn settings(&self) -> Option<&Settings> {
        self.0.as_ref().map(|it| &it.settings)
    }

    /// The passkeys of its people; none where browsers reach the node by an address and no name.
    pub fn passkeys(&self) -> Option<&Passkeys> {
        self.0.as_ref()?.passkeys.as_ref()
    }

    /// Begins a sign-in that leads back to `return_to`.
    ///
    /// # Errors
    /// [`SignInError::Off`] or [`SignInError::Unavailable`].
    pub fn begin(&self, world: &World, return_to: &str) -> Result<Begun, SignInError> {
        let it = self.0.as_ref().ok_or(SignInError::Off)?;
        let now_ms = world.now_ms();
        let metadata = it.provider.metadata(now_ms)?;
        let attempt = Attempt::new(world, return_to);
        let url = Provider::address(&it.settings, &metadata, &attempt)?;
        let cookie = it.pending.keep(world, attempt);
        Ok(Begun { url, cookie })
    }

    /// Ends a sign-in: who it is, and where the browser wanted to go.
    ///
    /// # Errors
    /// [`SignInError`]; a sign-in that got as far as the provider is then over.
    pub fn finish(
        &self,
        world: &World,
        back: &Returned,
    ) -> Result<(Identity, String), SignInError> {
        let it = self.0.as_ref().ok_or(SignInError::Off)?;
        let now_ms = world.now_ms();
        let refused = |text: &str| SignInError::Refused(text.to_owned());
        let attempt = it.pending.take(
            back.cookie.as_deref().unwrap_or_default(),
            back.state.as_deref().unwrap_or_default(),
            now_ms,
        );
        let attempt = attempt.ok_or_else(|| {
            refused("no sign-in was begun in this browser, or it took too long; begin again")
        })?;
        if back
            .iss
            .as_deref()
            .is_some_and(|iss| iss != it.settings.issuer())
        {
            return Err(refused("the answer is of another identity provider"));
        }
        if let Some(error) = &back.error {
            let plain: String = error
                .chars()
                .filter(|letter| letter.is_ascii_lowercase() || *letter == '_')
                .take(40)
                .collect();
            let text = format!("the identity provider says {plain}");
            return Err(SignInError::Refused(text));
        }
        let code = back.code.clone();
        let code = code.ok_or_else(|| refused("the identity provider gave no code"))?;
        let claims = it.provider.exchange(&it.settings, code, &attempt, now_ms)?;
        let identity = it
            .settings
            .mapping()
            .identify(it.settings.issuer(), &claims);
        Ok((identity?, attempt.return_to))
    }

    /// Where the provider ends its own session, as far as it has told.
    pub fn end_url(&self) -> Option<String> {
        let it = self.0.as_ref()?;
        it.provider.end_url(&it.settings)
    }
}
