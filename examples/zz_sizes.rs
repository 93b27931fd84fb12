use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;
use yaqut::index::{KeyHash, Segment, compile, verify};
use yaqut::model::{AliasKind, CountryCode, EntityId, EntityType, Rank};
use yaqut::pack::{AliasRow, EntityRow, Pack};
use yaqut::text;
struct Rng(u64);
impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E3779B97F4A7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}
fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let (mut ar, mut la) = (vec![], vec![]);
    for f in [
        "cities/aliases.tsv",
        "cities/aliases-ar.tsv",
        "countries/aliases.tsv",
        "newsmakers/aliases-people.tsv",
        "newsmakers/aliases-places.tsv",
    ] {
        let Ok(t) = std::fs::read_to_string(format!("data/{f}")) else { continue };
        for l in t.lines().skip(1) {
            for tok in l.split('\t').nth(1).unwrap_or("").split(' ') {
                let c = tok.chars().next().unwrap_or(' ');
                if text::is_arabic(c) {
                    ar.push(tok.to_string())
                } else if c.is_ascii_alphabetic() {
                    la.push(tok.to_string())
                }
            }
        }
    }
    let mut r = Rng(7);
    let mut seen = HashSet::new();
    let mut pack = Pack::default();
    pack.manifest.name = "sizes".into();
    let mut names = vec![];
    while names.len() < n {
        let t = if names.len() % 2 == 0 { &ar } else { &la };
        let k = 1 + [0, 1, 1, 2, 2, 2, 3][r.below(7)];
        let s = (0..k).map(|_| t[r.below(t.len())].as_str()).collect::<Vec<_>>().join(" ");
        if seen.insert(text::lookup_key(&s)) {
            names.push(s)
        }
    }
    drop(seen);
    for (i, three) in names.chunks(3).enumerate() {
        let id = EntityId::new(&format!("Q{}", 1_000_000 + i * 7)).unwrap();
        let sort = ["city", "city", "place", "person", "organization"][r.below(5)];
        let mut row = EntityRow::new(id.clone(), EntityType::new(sort).unwrap(), &three[0]);
        row.country = CountryCode::new(["UA", "EG", "US", "CN", "FR"][r.below(5)]).ok();
        row.rank = Some(Rank::from_population(r.next() % 1_000_000));
        pack.entities.push(row);
        for (j, name) in three.iter().enumerate() {
            let lang = if name.starts_with(text::is_arabic) { "ar" } else { "en" };
            pack.aliases.push(AliasRow::new(
                id.clone(),
                name,
                lang,
                if j == 0 { AliasKind::Preferred } else { AliasKind::Alternate },
            ));
        }
    }
    let t = Instant::now();
    let bytes = compile(&pack).unwrap();
    eprintln!("compile {:?}", t.elapsed());
    drop(pack);
    let aliases = n as f64;
    let t = Instant::now();
    verify(&mut bytes.as_slice()).unwrap();
    eprintln!("verify {:?} of {} bytes", t.elapsed(), bytes.len());
    let total = bytes.len();
    let t = Instant::now();
    let segment = Segment::open(Arc::new(bytes)).unwrap();
    eprintln!("open {:?}", t.elapsed());
    for (kind, len) in segment.section_bytes() {
        println!("{:24} {:>12} {:6.2}", format!("{kind:?}"), len, len as f64 / aliases);
    }
    println!("total {total} {:.2}", total as f64 / aliases);
    let keys: Vec<String> = (0..200_000).map(|_| text::lookup_key(&names[r.below(n)])).collect();
    let t = Instant::now();
    let hashes: Vec<KeyHash> = keys.iter().map(|k| KeyHash::of(k)).collect();
    eprintln!("hash {:?}", t.elapsed() / keys.len() as u32);
    let t = Instant::now();
    let found: usize = hashes.iter().map(|&h| segment.lookup_candidates(h).count()).sum();
    eprintln!("candidates {:?} {found}", t.elapsed() / keys.len() as u32);
    let t = Instant::now();
    let mut found = 0;
    for chunk in hashes.chunks(32) {
        chunk.iter().for_each(|&h| segment.prefetch(h));
        found += chunk.iter().map(|&h| segment.lookup_candidates(h).count()).sum::<usize>();
    }
    eprintln!("candidates ahead {:?} {found}", t.elapsed() / keys.len() as u32);
    let t = Instant::now();
    let found: usize = keys.iter().map(|k| segment.lookup(k).count()).sum();
    eprintln!("lookup {:?} {found}", t.elapsed() / keys.len() as u32);
    let t = Instant::now();
    let mut s = String::new();
    let mut sum = 0;
    for i in 0..200_000 {
        segment.alias((i * 7919 % n) as u32).unwrap().text_into(&mut s);
        sum += s.len();
    }
    eprintln!("alias text {:?} {sum}", t.elapsed() / 200_000);
}
