//! The sources of a configuration by name, in the order in which everything counts them: readers
//! first, then feeds.

use super::Config;

impl Config {
    /// Names of the sources: readers first, then feeds.
    pub fn source_list(&self) -> Vec<String> {
        let readers = self.reader.iter().map(|it| it.name.clone());
        readers
            .chain(self.feed.iter().map(|it| it.name.clone()))
            .collect()
    }

    /// Names and kinds of the sources, for a board.
    pub fn source_kinds(&self) -> Vec<(String, &'static str)> {
        let readers = self.reader.iter().map(|it| (it.name.clone(), "reader"));
        let feeds = self.feed.iter().map(|it| (it.name.clone(), "feed"));
        readers.chain(feeds).collect()
    }
}
