//! Other stores for the same rows: all in redb; `SQLite` in WAL mode with FULL synchronisation;
//! `PostgreSQL` with its own defaults (fsync on), started for the run on a socket in a directory
//! of its own, fed by COPY, which is the fastest it has.

use std::path::Path;

use redb::{Database, TableDefinition};

use crate::Scratch;
use crate::storage::{Rival, Row};

const BLOCKS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("blocks");
const CHAIN: TableDefinition<'_, u64, &[u8; 32]> = TableDefinition::new("chain");
const IDS: TableDefinition<'_, &[u8; 32], u64> = TableDefinition::new("ids");
const POSTINGS: TableDefinition<'_, &[u8; 20], ()> = TableDefinition::new("postings");

/// Runs each of them that is there.
pub(crate) fn all(blocks: usize, run: fn(&mut dyn Rival, usize)) {
    let scratch = Scratch::new("rivals");
    run(&mut Redb::new(&scratch.0), blocks);
    #[cfg(feature = "rivals")]
    {
        run(&mut heavy::Sqlite::new(&scratch.0), blocks);
        match heavy::Postgres::start() {
            Some(mut postgres) => run(&mut postgres, blocks),
            None => eprintln!("ledger-bench: no PostgreSQL in /usr/lib/postgresql; left out"),
        }
    }
    #[cfg(not(feature = "rivals"))]
    eprintln!("ledger-bench: built without the feature `rivals`; SQLite and PostgreSQL left out");
}

struct Redb(Database);

impl Redb {
    fn new(dir: &Path) -> Self {
        Self(Database::create(dir.join("all.redb")).expect("creates"))
    }
}

impl Rival for Redb {
    fn name(&self) -> &'static str {
        "all in redb"
    }

    fn put(&mut self, rows: &[Row]) {
        let mut write = self.0.begin_write().expect("writes");
        write.set_two_phase_commit(true);
        write.set_quick_repair(true);
        {
            let mut blocks = write.open_table(BLOCKS).expect("opens");
            let mut chain = write.open_table(CHAIN).expect("opens");
            let mut ids = write.open_table(IDS).expect("opens");
            let mut postings = write.open_table(POSTINGS).expect("opens");
            for row in rows {
                let number = row.number.unsigned_abs();
                blocks
                    .insert(number, row.envelope.as_slice())
                    .expect("puts");
                chain.insert(number, &row.chain).expect("puts");
                ids.insert(&row.id, number).expect("puts");
                for key in &row.keys {
                    let mut posting = [0; 20];
                    posting[..12].copy_from_slice(key);
                    posting[12..].copy_from_slice(&number.to_be_bytes());
                    postings.insert(&posting, ()).expect("puts");
                }
            }
        }
        write.commit().expect("durable");
    }
}

#[cfg(feature = "rivals")]
pub(crate) mod heavy {
    //! Those that take long to build.

    use std::io::Write as _;
    use std::os::unix::process::CommandExt as _;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command};
    use std::time::Duration;

    use postgres::{Client, NoTls};
    use rusqlite::Connection;

    use super::{Rival, Row, Scratch};

    const TABLES: &str = "
        CREATE TABLE block (number BIGINT PRIMARY KEY, id BYTES NOT NULL UNIQUE,
                            chain BYTES NOT NULL, envelope BYTES NOT NULL);
        CREATE TABLE posting (key BYTES NOT NULL, number BIGINT NOT NULL,
                              PRIMARY KEY (key, number))";

    pub(super) struct Sqlite(Connection);

    impl Sqlite {
        pub(super) fn new(dir: &Path) -> Self {
            let database = Connection::open(dir.join("all.sqlite")).expect("creates");
            let tables = TABLES.replace("BYTES", "BLOB").replace("BIGINT", "INTEGER");
            let tables = format!("{tables} WITHOUT ROWID;");
            database
                .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
                .expect("sets");
            database.execute_batch(&tables).expect("creates");
            Self(database)
        }
    }

    impl Rival for Sqlite {
        fn name(&self) -> &'static str {
            "SQLite WAL FULL"
        }

        fn put(&mut self, rows: &[Row]) {
            let write = self.0.transaction().expect("begins");
            {
                let mut block = write
                    .prepare_cached("INSERT INTO block VALUES (?1, ?2, ?3, ?4)")
                    .expect("prepares");
                let mut posting = write
                    .prepare_cached("INSERT OR IGNORE INTO posting VALUES (?1, ?2)")
                    .expect("prepares");
                for row in rows {
                    block
                        .execute((row.number, &row.id, &row.chain, &row.envelope))
                        .expect("puts");
                    for key in &row.keys {
                        posting.execute((key, row.number)).expect("puts");
                    }
                }
            }
            write.commit().expect("durable");
        }
    }

    pub(crate) struct Postgres {
        client: Client,
        server: Child,
        /// How a client finds it.
        pub(crate) address: String,
        _scratch: Scratch,
    }

    impl Postgres {
        /// The newest one that Debian's packages have put here; `None` if there is none.
        pub(crate) fn start() -> Option<Self> {
            let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
                .ok()?
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect();
            versions.sort();
            let bin = versions.pop()?;
            let (uid, gid) = user("postgres").or_else(|| user("nobody"))?;
            let scratch = Scratch::new("postgres");
            std::os::unix::fs::chown(&scratch.0, Some(uid), Some(gid)).ok()?;
            let data = scratch.0.join("data");
            let as_user = |name: &str| {
                let mut command = Command::new(bin.join(name));
                command.uid(uid).gid(gid).current_dir(&scratch.0);
                command.stdout(std::process::Stdio::null());
                command.stderr(std::process::Stdio::null());
                command
            };
            let made = as_user("initdb")
                .args(["--auth=trust", "--username=bench", "--encoding=UTF8", "-D"])
                .arg(&data)
                .status();
            assert!(made.is_ok_and(|status| status.success()), "initdb works");
            let server = as_user("postgres")
                .args(["-c", "listen_addresses=", "-c", "fsync=on"])
                .args(["-c", "synchronous_commit=on", "-k"])
                .arg(&scratch.0)
                .arg("-D")
                .arg(&data)
                .spawn()
                .expect("it starts");
            let address = format!("host={} user=bench dbname=postgres", scratch.0.display());
            let mut client = None;
            for _ in 0..300 {
                client = Client::connect(&address, NoTls).ok();
                if client.is_some() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            let mut client = client.expect("it answers within half a minute");
            let tables = TABLES.replace("BYTES", "BYTEA");
            client.batch_execute(&tables).expect("creates");
            Some(Self {
                client,
                server,
                address,
                _scratch: scratch,
            })
        }
    }

    impl Drop for Postgres {
        fn drop(&mut self) {
            drop(self.client.batch_execute("CHECKPOINT"));
            // Its own data, of no use afterwards.
            drop(self.server.kill());
            drop(self.server.wait());
        }
    }

    impl Rival for Postgres {
        fn name(&self) -> &'static str {
            "PostgreSQL"
        }

        fn put(&mut self, rows: &[Row]) {
            let mut write = self.client.transaction().expect("begins");
            let mut text = String::new();
            for row in rows {
                text += &format!("{}\t", row.number);
                for (bytes, end) in [
                    (&row.id[..], '\t'),
                    (&row.chain[..], '\t'),
                    (&row.envelope[..], '\n'),
                ] {
                    hex(&mut text, bytes);
                    text.push(end);
                }
            }
            let mut copy = write.copy_in("COPY block FROM STDIN").expect("copies");
            copy.write_all(text.as_bytes()).expect("copies");
            copy.finish().expect("copies");
            text.clear();
            for row in rows {
                let mut keys = row.keys.clone();
                keys.sort_unstable();
                keys.dedup();
                for key in keys {
                    hex(&mut text, &key);
                    text += &format!("\t{}\n", row.number);
                }
            }
            let mut copy = write.copy_in("COPY posting FROM STDIN").expect("copies");
            copy.write_all(text.as_bytes()).expect("copies");
            copy.finish().expect("copies");
            write.commit().expect("durable");
        }
    }

    /// Bytes as COPY reads them.
    fn hex(text: &mut String, bytes: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        text.push_str("\\\\x");
        for byte in bytes {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }

    /// Number of a user and of its group.
    fn user(name: &str) -> Option<(u32, u32)> {
        let users = std::fs::read_to_string("/etc/passwd").ok()?;
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    }
}
