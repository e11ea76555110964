//! Which message is meant by which expectation: as many pairs as there can be.

/// Pairs each of `left` with at most one of `right`, so that as many as possible are paired: `fits(l, r)` says who may. The result has the
/// partner of each of `left`.
pub(super) fn pair(left: usize, right: usize, fits: impl Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let mut taken: Vec<Option<usize>> = vec![None; right];
    for one in 0..left {
        place(one, &mut taken, &mut vec![false; right], &fits);
    }
    let mut partners = vec![None; left];
    for (partner, one) in taken.iter().enumerate() {
        if let Some(partners) = one.and_then(|one| partners.get_mut(one)) {
            *partners = Some(partner);
        }
    }
    partners
}

/// Finds a partner, if need be by finding another one for whoever has it.
fn place(
    one: usize,
    taken: &mut Vec<Option<usize>>,
    asked: &mut Vec<bool>,
    fits: &impl Fn(usize, usize) -> bool,
) -> bool {
    for partner in 0..taken.len() {
        if asked[partner] || !fits(one, partner) {
            continue;
        }
        asked[partner] = true;
        let free = match taken[partner] {
            None => true,
            Some(other) => place(other, taken, asked, fits),
        };
        if free {
            taken[partner] = Some(one);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loose_expectation_leaves_a_message_to_a_strict_one() {
        let check = |fits: &[&[usize]], right: usize, expected: &[Option<usize>]| {
            assert_eq!(pair(fits.len(), right, |l, r| fits[l].contains(&r)), expected, "{fits:?}");
        };
        check(&[&[0, 1], &[0]], 2, &[Some(1), Some(0)]);
        check(&[&[0, 1], &[0, 2], &[0]], 3, &[Some(1), Some(2), Some(0)]);
        check(&[&[0], &[0]], 1, &[Some(0), None]);
        check(&[&[]], 3, &[None]);
        check(&[], 2, &[]);
    }
}
