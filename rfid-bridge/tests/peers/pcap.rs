//! Captures without a network: bytes of a conversation as TCP segments in a pcap file
//! (libpcap's classic format), so that a dissector can be asked about them without any rights.

/// Port of LLRP; dissectors go by it.
const LLRP: u16 = 5_084;
const CLIENT: u16 = 40_000;

/// A capture of segments, each with who sent it.
pub(crate) struct Capture {
    file: Vec<u8>,
    /// Next sequence number of client and reader.
    next: [u32; 2],
    seconds: u32,
}

impl Capture {
    pub(crate) fn new() -> Self {
        let mut file = Vec::new();
        // Magic, version 2.4, UTC, no accuracy, snapshot length, LINKTYPE_RAW (IPv4).
        for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
            file.extend(word.to_le_bytes());
        }
        Self {
            file,
            next: [1, 1],
            seconds: 0,
        }
    }

    /// Adds what one side sent at once, in segments of at most 1,400 octets.
    pub(crate) fn sent(&mut self, by_client: bool, bytes: &[u8]) {
        for segment in bytes.chunks(1_400) {
            self.segment(by_client, segment);
        }
    }

    fn segment(&mut self, by_client: bool, bytes: &[u8]) {
        let (ours, theirs) = if by_client { (0, 1) } else { (1, 0) };
        let mut ports = [CLIENT, LLRP];
        if !by_client {
            ports.reverse();
        }
        let total = u16::try_from(40 + bytes.len()).unwrap();
        let mut packet = vec![0x45, 0];
        packet.extend(total.to_be_bytes());
        packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        packet.extend([127, 0, 0, 1, 127, 0, 0, 1]);
        packet.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
        packet.extend(self.next[ours].to_be_bytes());
        packet.extend(self.next[theirs].to_be_bytes());
        // Data offset 5 words, PSH and ACK, window, no checksum, nothing urgent.
        packet.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(bytes);
        self.next[ours] += u32::try_from(bytes.len()).unwrap();
        self.seconds += 1;
        let len = u32::try_from(packet.len()).unwrap();
        for word in [self.seconds, 0, len, len] {
            self.file.extend(word.to_le_bytes());
        }
        self.file.extend(packet);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.file
    }
}
