//! The disk as the kernel asks for it. No caching: every process sees every write at once, and
//! the tree hears of each of them.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation,
    INodeNo, LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use super::lock;
use super::tree::{Body, Node, ROOT, Tree};

const TTL: Duration = Duration::ZERO;
const GENERATION: Generation = Generation(0);
const NO_HANDLE: FileHandle = FileHandle(0);
/// What `statfs` tells: a large, empty disk.
const BLOCKS: u64 = 1 << 24;

pub(super) struct Mounted(pub(super) Arc<Mutex<Tree>>);

fn attributes(number: u64, node: &Node) -> FileAttr {
    let (kind, size) = match &node.body {
        Body::File(file) => (FileType::RegularFile, file.seen.len() as u64),
        Body::Folder(_) => (FileType::Directory, 0),
    };
    let then = SystemTime::UNIX_EPOCH;
    FileAttr {
        ino: INodeNo(number),
        size,
        blocks: size.div_ceil(512),
        atime: then,
        mtime: then,
        ctime: then,
        crtime: then,
        kind,
        perm: u16::try_from(node.mode & 0o7777).unwrap_or(0o600),
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}

impl Mounted {
    fn with<T>(&self, work: impl FnOnce(&mut Tree) -> T) -> T {
        work(&mut lock(&self.0))
    }
}

impl Filesystem for Mounted {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        self.with(|tree| {
            let found = tree.find(parent.0, name);
            match found.and_then(|number| Some((number, tree.node(number)?))) {
                Some((number, node)) => reply.entry(&TTL, &attributes(number, node), GENERATION),
                None => reply.error(Errno::ENOENT),
            }
        });
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        self.with(|tree| match tree.node(ino.0) {
            Some(node) => reply.attr(&TTL, &attributes(ino.0, node)),
            None => reply.error(Errno::ENOENT),
        });
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        self.with(|tree| {
            if let (Some(size), Some(file)) = (size, tree.file_mut(ino.0)) {
                file.set_len(usize::try_from(size).unwrap_or(usize::MAX));
            }
            let Some(node) = tree.node_mut(ino.0) else {
                return reply.error(Errno::ENOENT);
            };
            node.mode = mode.unwrap_or(node.mode);
            reply.attr(&TTL, &attributes(ino.0, node));
        });
    }

    fn mkdir(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        self.with(|tree| {
            if tree.find(parent.0, name).is_some() {
                return reply.error(Errno::EEXIST);
            }
            let number = tree.make(parent.0, name, mode & !umask, true);
            match tree.node(number) {
                Some(node) => reply.entry(&TTL, &attributes(number, node), GENERATION),
                None => reply.error(Errno::EIO),
            }
        });
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        self.with(|tree| {
            let known = tree.find(parent.0, name);
            let number = known.unwrap_or_else(|| tree.make(parent.0, name, mode & !umask, false));
            let Some(node) = tree.node(number) else {
                return reply.error(Errno::EIO);
            };
            let attributes = attributes(number, node);
            reply.created(
                &TTL,
                &attributes,
                GENERATION,
                NO_HANDLE,
                FopenFlags::FOPEN_DIRECT_IO,
            );
        });
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(NO_HANDLE, FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        self.with(|tree| match tree.file_mut(ino.0) {
            Some(file) => {
                let start = usize::try_from(offset)
                    .unwrap_or(usize::MAX)
                    .min(file.seen.len());
                let end = start.saturating_add(size as usize).min(file.seen.len());
                reply.data(&file.seen[start..end]);
            }
            None => reply.error(Errno::ENOENT),
        });
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        self.with(|tree| match tree.file_mut(ino.0) {
            Some(file) => {
                file.write(usize::try_from(offset).unwrap_or(usize::MAX), data);
                reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX));
            }
            None => reply.error(Errno::ENOENT),
        });
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.with(|tree| tree.sync(ino.0));
        reply.ok();
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.with(|tree| tree.sync(ino.0));
        reply.ok();
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        self.with(|tree| {
            let Some(number) = tree.find(parent.0, name) else {
                return reply.error(Errno::ENOENT);
            };
            let (old, new) = ((name.to_owned(), None), (newname.to_owned(), Some(number)));
            if parent == newparent {
                tree.change(parent.0, vec![old, new]);
            } else {
                tree.change(newparent.0, vec![new]);
                tree.change(parent.0, vec![old]);
            }
            reply.ok();
        });
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.with(|tree| {
            if tree.find(parent.0, name).is_none() {
                return reply.error(Errno::ENOENT);
            }
            tree.change(parent.0, vec![(name.to_owned(), None)]);
            reply.ok();
        });
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.with(|tree| {
            let found = tree.find(parent.0, name);
            match found.and_then(|number| tree.folder(number)) {
                None => reply.error(Errno::ENOENT),
                Some(folder) if !folder.seen.is_empty() => reply.error(Errno::ENOTEMPTY),
                Some(_) => {
                    tree.change(parent.0, vec![(name.to_owned(), None)]);
                    reply.ok();
                }
            }
        });
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        self.with(|tree| {
            let Some(folder) = tree.folder(ino.0) else {
                return reply.error(Errno::ENOENT);
            };
            let own = [(OsStr::new("."), ino.0), (OsStr::new(".."), ROOT)];
            let below = folder
                .seen
                .iter()
                .map(|(name, number)| (name.as_os_str(), *number));
            let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
            for (at, (name, number)) in (1_u64..).zip(own.into_iter().chain(below)).skip(skipped) {
                let kind = match tree.folder(number) {
                    Some(_) => FileType::Directory,
                    None => FileType::RegularFile,
                };
                if reply.add(INodeNo(number), at, kind, name) {
                    break;
                }
            }
            reply.ok();
        });
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        reply.statfs(BLOCKS, BLOCKS, BLOCKS, BLOCKS, BLOCKS, 4096, 255, 4096);
    }
}
