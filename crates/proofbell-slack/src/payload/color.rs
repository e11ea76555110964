//! An accent colour as a coloured square: text, so it shows in notifications too and needs no attachment.

/// Below this saturation a colour is a grey.
const GREY: f32 = 0.2;

/// The square nearest to `#rrggbb`; `None` when it is no such colour.
pub(super) fn square(color: &str) -> Option<char> {
    let hex = color
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let channel = |from: usize| u8::from_str_radix(&hex[from..from + 2], 16).ok().map(f32::from);
    let (red, green, blue) = (channel(0)?, channel(2)?, channel(4)?);
    let most = red.max(green).max(blue);
    let spread = most - red.min(green).min(blue);
    if most == 0.0 || spread / most < GREY {
        return Some(if most < 128.0 { '⬛' } else { '⬜' });
    }
    Some(match hue(red, green, blue, most, spread) {
        15.0..45.0 => '🟧',
        45.0..70.0 => '🟨',
        70.0..170.0 => '🟩',
        170.0..255.0 => '🟦',
        255.0..335.0 => '🟪',
        _ => '🟥',
    })
}

/// Degrees on the colour wheel, red being 0.
fn hue(red: f32, green: f32, blue: f32, most: f32, spread: f32) -> f32 {
    let sixths = if most == red {
        (green - blue) / spread
    } else if most == green {
        2.0 + (blue - red) / spread
    } else {
        4.0 + (red - green) / spread
    };
    (sixths * 60.0).rem_euclid(360.0)
}
