//! A small valid PNG that looks like a QR code and differs with its text. No phone can read it: the panel is the phone.

use crate::dice::Dice;

const MODULES: usize = 29;
const SCALE: usize = 5;
const QUIET: usize = 4;
const SIDE: usize = (MODULES + 2 * QUIET) * SCALE;

/// One byte a pixel, grey.
pub(super) fn qr_like(text: &str) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = (SIDE as u32).to_be_bytes();
    chunk(&mut file, b"IHDR", &[side.as_slice(), &side, &[8, 0, 0, 0, 0]].concat());
    chunk(&mut file, b"IDAT", &stored(&pixels(Dice::new(0).of(text))));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// Rows of pixels, each after the byte that says "no filter".
fn pixels(dice: Dice) -> Vec<u8> {
    let row = |y: usize| std::iter::once(0).chain((0..SIDE).map(move |x| if is_dark(dice, x, y) { 0 } else { 255 }));
    (0..SIDE).flat_map(row).collect()
}

fn is_dark(dice: Dice, x: usize, y: usize) -> bool {
    let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|module| *module < MODULES);
    let (Some(column), Some(row)) = (module(x), module(y)) else { return false };
    let corner = |at: usize| if at < 8 { Some(at) } else { at.checked_sub(MODULES - 8).map(|at| 7 - at) };
    if let (Some(across), Some(down)) = (corner(column), corner(row))
        && (column < 8 || row < 8)
    {
        // Three nested squares; the fourth ring separates.
        let ring = across.abs_diff(3).max(down.abs_diff(3));
        return matches!(ring, 0 | 1 | 3);
    }
    dice.at((row * MODULES + column) as u64).chance(0.5)
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let body = [kind.as_slice(), data].concat();
    file.extend(&body);
    file.extend(crc(&body).to_be_bytes());
}

/// A zlib stream of blocks that are not compressed.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(0xffff).count();
    for (number, block) in data.chunks(0xffff).enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(number + 1 == blocks));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler(data).to_be_bytes());
    stream
}

fn crc(data: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !data.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn adler(data: &[u8]) -> u32 {
    let (low, high) = data.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_known_ones() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn pictures_of_different_texts_differ() {
        assert!(qr_like("a") != qr_like("b") && qr_like("a") == qr_like("a"));
        assert!(qr_like("a").starts_with(b"\x89PNG\r\n\x1a\n"));
    }
}
