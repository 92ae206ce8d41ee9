//! scratch
use pith::{badge::*, record::Record, trust::Keyring, verify::verify};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let r = Record::from_slice(&std::fs::read(&a[1]).unwrap()).unwrap();
    let v = verify(&r, None, &Keyring::pinned());
    let b = Badge::new(&r, &v).unwrap();
    for f in Format::ALL {
        for s in Style::ALL {
            let t = b.render(f, s);
            std::fs::write(format!("{}/{}-{}.{}", a[2], f, s, f.extension()), &t).unwrap();
            if s == Style::Flat {
                println!("--- {f}\n{t}");
            }
            if matches!(f, Format::Svg | Format::Html) {
                let p = proofs_in(t.as_bytes()).unwrap();
                assert_eq!(p.len(), 1);
                println!("{:#?} {:?}", p[0].shown, p[0].disagreements());
            }
        }
    }
}
