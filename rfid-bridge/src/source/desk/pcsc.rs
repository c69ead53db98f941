//! USB readers behind PC/SC, as pharmacies have them: the reader speaks to the card, and reads
//! its memory on the pseudo commands of PC/SC part 3 (`FF CA` UID, `FF B0` pages) that readers of
//! the ACR122 and ACR1552 class know. Several readers are one station.

use std::ffi::{CStr, CString};
use std::time::Duration;

use pcsc::{
    Card as Connected, Context, Disposition, Error, MAX_BUFFER_SIZE, Protocols, ReaderState, Scope,
    ShareMode, State,
};

use super::{Card, Fault, Open, READ_BYTES, Station, messages};

/// Readers of one station.
const READERS_MAX: usize = 16;
/// Bytes of the names of all readers.
const NAMES_BYTES_MAX: usize = 4_096;

/// Get Data: the UID.
const GET_UID: [u8; 5] = [0xff, 0xca, 0x00, 0x00, 0x00];
/// Status words of success.
const SUCCESS: [u8; 2] = [0x90, 0x00];

/// All readers, or those whose names begin with one of `wanted`.
pub fn open(wanted: Vec<String>) -> Open {
    Box::new(move || {
        let context = Context::establish(Scope::User).map_err(failed("PC/SC"))?;
        let readers = Readers {
            context,
            wanted: wanted.clone(),
            states: Vec::new(),
        };
        Ok(Box::new(readers) as Box<dyn Station>)
    })
}

fn failed(what: &'static str) -> impl Fn(Error) -> Fault {
    move |error| Fault::Reader(format!("{what}: {error}"))
}

/// The readers of a context.
struct Readers {
    context: Context,
    wanted: Vec<String>,
    states: Vec<ReaderState>,
}

impl Station for Readers {
    fn look(&mut self, wait: Duration, new: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Card>, Fault> {
        self.refresh()?;
        if self.states.is_empty() {
            return Err(Fault::Reader(
                "PC/SC knows no reader of that name".to_owned(),
            ));
        }
        match self.context.get_status_change(wait, &mut self.states) {
            Ok(()) | Err(Error::Timeout) => {}
            Err(error) => return Err(failed("waiting for a card")(error)),
        }
        let mut cards = Vec::new();
        for state in &mut self.states {
            state.sync_current_state();
            if !state.event_state().contains(State::PRESENT) {
                continue;
            }
            let reader = state.name().to_string_lossy().into_owned();
            // The count goes up with each card that comes or goes.
            let mut key = reader.clone().into_bytes();
            key.push(0);
            key.extend(state.event_count().to_be_bytes());
            let name = state.name().to_owned();
            let read = new(&key).then(|| read(&self.context, &name));
            let (uid, messages) = match read {
                None => (Vec::new(), None),
                Some(Ok((uid, messages))) => (uid, Some(Ok(messages))),
                Some(Err(why)) => (Vec::new(), Some(Err(why.to_string()))),
            };
            cards.push(Card {
                key,
                uid,
                reader,
                messages,
            });
        }
        Ok(cards)
    }
}

impl Readers {
    /// Takes readers that were plugged in, and lets go of those that were pulled out.
    fn refresh(&mut self) -> Result<(), Fault> {
        let mut names = [0; NAMES_BYTES_MAX];
        let listed: Vec<CString> = match self.context.list_readers(&mut names) {
            Ok(names) => names.map(CStr::to_owned).collect(),
            Err(Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(failed("listing readers")(error)),
        };
        let is_wanted = |name: &CString| {
            let name = name.to_string_lossy();
            self.wanted.is_empty() || self.wanted.iter().any(|it| name.starts_with(it.as_str()))
        };
        let listed: Vec<CString> = listed.into_iter().filter(is_wanted).collect();
        self.states
            .retain(|state| listed.iter().any(|name| name.as_c_str() == state.name()));
        for name in listed.into_iter().take(READERS_MAX) {
            if !self
                .states
                .iter()
                .any(|state| state.name() == name.as_c_str())
            {
                self.states.push(ReaderState::new(name, State::UNAWARE));
            }
        }
        Ok(())
    }
}

/// UID and messages of the card in a reader.
///
/// The card is left as it is afterwards. A reset, which is the default, would ask the service to
/// power a card that may be gone by now; it then notes at once that there is none, while its
/// watching thread takes the next card for the one before, and tells of neither.
fn read(context: &Context, reader: &CStr) -> Result<(Vec<u8>, Vec<Vec<u8>>), Fault> {
    let protocols = Protocols::T0 | Protocols::T1;
    let card = context.connect(reader, ShareMode::Shared, protocols);
    let card = card.map_err(of_card)?;
    let told = contents(&card);
    if let Err((_card, error)) = card.disconnect(Disposition::LeaveCard) {
        tracing::debug!(%error, "a card's connection could not be ended");
    }
    told
}

fn of_card(error: Error) -> Fault {
    Fault::Card(format!("the card cannot be reached: {error}"))
}

fn contents(card: &Connected) -> Result<(Vec<u8>, Vec<Vec<u8>>), Fault> {
    let transmit = |command: &[u8]| -> Result<Vec<u8>, Fault> {
        let mut buffer = [0; MAX_BUFFER_SIZE];
        let answer = card.transmit(command, &mut buffer).map_err(of_card)?;
        match answer.split_last_chunk::<2>() {
            Some((data, status)) if *status == SUCCESS => Ok(data.to_vec()),
            Some((_, status)) => {
                let [first, second] = *status;
                let why = format!("the reader answered {first:02x}{second:02x}");
                Err(Fault::Card(why))
            }
            None => Err(Fault::Card("the reader's answer has no status".to_owned())),
        }
    };
    let uid = transmit(&GET_UID)?;
    let messages = messages(|page| {
        let length = u8::try_from(READ_BYTES).unwrap_or_default();
        let data = transmit(&[0xff, 0xb0, 0x00, page, length])?;
        let got = data.len();
        <[u8; READ_BYTES]>::try_from(data)
            .map_err(|_| Fault::Card(format!("the reader gave {got} bytes of a page's 16")))
    })?;
    Ok((uid, messages))
}
