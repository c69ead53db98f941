//! Pictures of a neighbourhood of the DAG: which blocks a block rests on and which rest on it, as
//! DOT (Graphviz) and as `GraphML`. A pure function of two lookups; nothing is drawn beyond a named
//! number of blocks, and the picture says so where it stops.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tangle_verify::{BlockId, Header};

use crate::limits;

/// One block of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vertex {
    /// Its header: author, seat, clock and what it approves.
    pub header: Header,
    /// What is written below its name, such as its place in the order.
    pub note: String,
}

/// A block and what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    around: BlockId,
    vertices: BTreeMap<BlockId, Vertex>,
    /// There is more than was drawn.
    cut: bool,
}

impl Picture {
    /// Everything at most `hops` approvals away from `around`, in either direction, at most
    /// [`limits::PICTURE_BLOCKS_MAX`] blocks. `vertex` looks a block up (`None`: not known here),
    /// `approvers` gives the blocks that approve one.
    pub fn collect<E>(
        around: BlockId,
        hops: u32,
        mut vertex: impl FnMut(&BlockId) -> Result<Option<Vertex>, E>,
        mut approvers: impl FnMut(&BlockId) -> Result<Vec<BlockId>, E>,
    ) -> Result<Self, E> {
        let mut vertices = BTreeMap::new();
        let mut cut = false;
        let mut ring = BTreeSet::from([around]);
        for hop in 0..=hops {
            if ring.is_empty() || cut {
                break;
            }
            let mut next = BTreeSet::new();
            for id in ring {
                if vertices.len() >= limits::PICTURE_BLOCKS_MAX {
                    cut = true;
                    break;
                }
                let Some(found) = vertex(&id)? else { continue };
                if hop < hops {
                    next.extend(found.header.approved().copied());
                    next.extend(approvers(&id)?);
                }
                vertices.insert(id, found);
            }
            next.retain(|id| !vertices.contains_key(id));
            ring = next;
        }
        Ok(Self {
            around,
            vertices,
            cut,
        })
    }

    /// How many blocks are in it.
    pub fn len(&self) -> usize {
        self.vertices.len()
    }

    /// Whether the block it is about is not known.
    pub fn is_empty(&self) -> bool {
        self.vertices.is_empty()
    }

    /// As a DOT digraph: an arrow runs from a block to what it approves, bold along an author's
    /// chain. Blocks that are approved but lie outside the picture are points.
    pub fn dot(&self) -> String {
        let mut out = String::from("digraph tangle {\n  rankdir=RL;\n  node [shape=box];\n");
        for (id, vertex) in &self.vertices {
            let style = if *id == self.around {
                ", style=filled, fillcolor=lightyellow"
            } else {
                ""
            };
            let label = dot_escaped(&label(id, vertex));
            let _ = writeln!(out, "  \"{id}\" [label=\"{label}\"{style}];");
        }
        for outside in self.outside() {
            let _ = writeln!(out, "  \"{outside}\" [shape=point];");
        }
        for (from, to, is_chain) in self.edges() {
            let style = if is_chain { " [style=bold]" } else { "" };
            let _ = writeln!(out, "  \"{from}\" -> \"{to}\"{style};");
        }
        if self.cut {
            out.push_str("  \"more\" [shape=plaintext, label=\"there is more than is drawn\"];\n");
        }
        out.push_str("}\n");
        out
    }

    /// As `GraphML` (graphml.graphdrawing.org): nodes with author, epoch, seq, clock and note, an
    /// edge from each block to what it approves.
    pub fn graphml(&self) -> String {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
        );
        for (name, kind) in [("author", "string"), ("epoch", "int"), ("seq", "long")] {
            let _ = writeln!(out, "{}", key(name, kind));
        }
        for (name, kind) in [("time_ms", "long"), ("note", "string")] {
            let _ = writeln!(out, "{}", key(name, kind));
        }
        out.push_str(
            "  <key id=\"chain\" for=\"edge\" attr.name=\"chain\" attr.type=\"boolean\"/>\n",
        );
        out.push_str("  <graph id=\"tangle\" edgedefault=\"directed\">\n");
        for (id, Vertex { header, note }) in &self.vertices {
            let _ = writeln!(out, "    <node id=\"{id}\">");
            let _ = writeln!(out, "{}", data("author", &header.kid.to_string()));
            let _ = writeln!(out, "{}", data("epoch", &header.epoch.to_string()));
            let _ = writeln!(out, "{}", data("seq", &header.seq.to_string()));
            let _ = writeln!(out, "{}", data("time_ms", &header.hlc.ms().to_string()));
            let _ = writeln!(out, "{}\n    </node>", data("note", note));
        }
        for outside in self.outside() {
            let _ = writeln!(out, "    <node id=\"{outside}\"/>");
        }
        for (from, to, is_chain) in self.edges() {
            let _ = writeln!(
                out,
                "    <edge source=\"{from}\" target=\"{to}\"><data key=\"chain\">{is_chain}</data>\
                 </edge>"
            );
        }
        out.push_str("  </graph>\n</graphml>\n");
        out
    }

    /// Approved blocks that are not in the picture.
    fn outside(&self) -> BTreeSet<BlockId> {
        let approved = self.vertices.values().flat_map(|it| it.header.approved());
        let outside = approved.filter(|id| !self.vertices.contains_key(*id));
        outside.copied().collect()
    }

    /// From, to, and whether it is the author's own chain.
    fn edges(&self) -> impl Iterator<Item = (&BlockId, &BlockId, bool)> {
        self.vertices.iter().flat_map(|(from, vertex)| {
            let header = &vertex.header;
            let is_chain = |to: &BlockId| header.prev == Some(*to);
            header.approved().map(move |to| (from, to, is_chain(to)))
        })
    }
}

fn label(id: &BlockId, Vertex { header, note }: &Vertex) -> String {
    let short = |text: String| text.chars().take(8).collect::<String>();
    let (id, author) = (short(id.to_string()), short(header.kid.to_string()));
    let (epoch, seq) = (header.epoch, header.seq);
    format!("{id}\n{author} {epoch}/{seq}\n{note}")
}

fn dot_escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn xml_escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn key(name: &str, kind: &str) -> String {
    format!("  <key id=\"{name}\" for=\"node\" attr.name=\"{name}\" attr.type=\"{kind}\"/>")
}

fn data(name: &str, text: &str) -> String {
    format!("      <data key=\"{name}\">{}</data>", xml_escaped(text))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::testing::dag_text::Dag;

    fn picture(dag: &Dag, around: &str, hops: u32, note: &str) -> Picture {
        let all = || dag.blocks.iter().chain([&dag.founding]);
        let vertex = |id: &BlockId| {
            let found = all().find(|block| block.id() == id);
            Ok::<_, Infallible>(found.map(|block| Vertex {
                header: block.header().clone(),
                note: note.to_owned(),
            }))
        };
        let approvers = |id: &BlockId| {
            let above = all().filter(|it| it.header().approved().any(|below| below == id));
            Ok(above.map(|it| *it.id()).collect())
        };
        Picture::collect(dag.id(around), hops, vertex, approvers).unwrap()
    }

    fn names(dag: &Dag, picture: &Picture) -> Vec<String> {
        let mut names: Vec<_> = picture
            .vertices
            .keys()
            .map(|id| dag.name(id).into())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_picture_grows_by_hops_in_both_directions() {
        let dag = Dag::parse("a0\na1 <- a0\nb0 <- a1\na2 <- a1\nc0 <- b0\n");
        for (hops, wanted) in [
            (0, vec!["a1"]),
            (1, vec!["a0", "a1", "a2", "b0"]),
            (2, vec!["a0", "a1", "a2", "b0", "c0", "root"]),
            (u32::MAX, vec!["a0", "a1", "a2", "b0", "c0", "root"]),
        ] {
            assert_eq!(
                names(&dag, &picture(&dag, "a1", hops, "")),
                wanted,
                "{hops} hops"
            );
        }
    }

    #[test]
    fn dot_and_graphml_name_every_block_and_approval() {
        let dag = Dag::parse("a0\na1 <- a0\nb0 <- a1\n");
        let picture = picture(&dag, "a1", 1, "position 7");
        let (a0, a1, b0) = (dag.id("a0"), dag.id("a1"), dag.id("b0"));
        let dot = picture.dot();
        assert!(
            dot.contains(&format!("\"{a1}\" -> \"{a0}\" [style=bold];")),
            "{dot}"
        );
        assert!(dot.contains(&format!("\"{b0}\" -> \"{a1}\";")), "{dot}");
        assert!(dot.contains("position 7"));
        let root = dag.founding.id();
        assert!(dot.contains(&format!("\"{root}\" [shape=point];")), "{dot}");
        let xml = picture.graphml();
        let edge = format!("<edge source=\"{a1}\" target=\"{a0}\"><data key=\"chain\">true");
        assert!(xml.contains(&edge), "{xml}");
        assert_eq!(xml.matches("<node ").count(), 4);
        assert_eq!(xml.matches("<edge ").count(), 3);
    }

    #[test]
    fn notes_cannot_break_out_of_the_picture() {
        let dag = Dag::parse("a0\n");
        let evil = "\"];}\n\\<&>\u{0}\u{202e}\u{ffff}";
        let picture = picture(&dag, "a0", 0, evil);
        assert!(
            picture.dot().contains("\\\"];}\\n\\\\<&>"),
            "{}",
            picture.dot()
        );
        assert_eq!(picture.dot().lines().count(), 7);
        let xml = picture.graphml();
        assert!(xml.contains("&quot;];} \\&lt;&amp;&gt; "), "{xml}");
    }

    #[test]
    fn a_picture_stops_at_its_bound_and_says_so() {
        let mut text = String::from("a0\n");
        for seq in 1..=limits::PICTURE_BLOCKS_MAX {
            let _ = writeln!(text, "a{seq}");
        }
        let dag = Dag::parse(&text);
        let headers: BTreeMap<_, _> = dag
            .blocks
            .iter()
            .map(|block| (*block.id(), block.header().clone()))
            .collect();
        let vertex = |id: &BlockId| {
            Ok::<_, Infallible>(headers.get(id).map(|header| Vertex {
                header: header.clone(),
                note: String::new(),
            }))
        };
        let last = dag.id(&format!("a{}", limits::PICTURE_BLOCKS_MAX));
        let picture = Picture::collect(last, u32::MAX, vertex, |_| Ok(Vec::new())).unwrap();
        assert_eq!(picture.len(), limits::PICTURE_BLOCKS_MAX);
        assert!(picture.dot().contains("there is more than is drawn"));
    }
}
