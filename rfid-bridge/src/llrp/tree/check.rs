//! Whether a tree has the parameters its definition asks for, in its order. Reading does not
//! insist on it, because readers in the field do not; a reader that takes a request may, and
//! answers with the fault as the standard has it (`ParameterError`).

use super::super::schema::{self, Repeat};
use super::{Element, Node};

/// What is wrong with a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A parameter that has to be there is not.
    #[error("{holder} lacks {name}")]
    Missing {
        /// What holds it.
        holder: &'static str,
        /// What is missing, the first of its alternatives.
        name: &'static str,
    },
    /// A parameter where it may not stand, or once too often.
    #[error("{name} is out of place in {holder}")]
    Misplaced {
        /// What holds it.
        holder: &'static str,
        /// Which.
        name: &'static str,
    },
}

impl Fault {
    /// Type of the parameter that is at fault.
    pub fn kind(self) -> u16 {
        let (Self::Missing { name, .. } | Self::Misplaced { name, .. }) = self;
        schema::parameter(name).map_or(0, |definition| definition.kind)
    }
}

impl Node {
    /// Holds the tree against its definitions. Unknown parameters may stand anywhere.
    ///
    /// # Errors
    /// The first [`Fault`], from outside in.
    pub fn check(&self) -> Result<(), Fault> {
        let holder = self.definition.name;
        let mut rest = self.parameters.iter().filter_map(known).peekable();
        for place in self.definition.children {
            let is_here = |node: &&Self| place.names.contains(&node.definition.name);
            let many = matches!(place.repeat, Repeat::Any | Repeat::Some);
            let mut found = 0;
            while (many || found == 0) && rest.next_if(is_here).is_some() {
                found += 1;
            }
            if found == 0 && matches!(place.repeat, Repeat::One | Repeat::Some) {
                let name = place.names.first().copied().unwrap_or_default();
                return Err(Fault::Missing { holder, name });
            }
        }
        if let Some(node) = rest.next() {
            let name = node.definition.name;
            return Err(Fault::Misplaced { holder, name });
        }
        self.nodes().try_for_each(Self::check)
    }
}

fn known(element: &Element) -> Option<&Node> {
    match element {
        Element::Known(node) => Some(node),
        Element::Unknown(_) => None,
    }
}
