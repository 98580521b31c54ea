//! Tests of blocks, cells and bits.

use super::*;

#[test]
fn cells_are_found_by_any_address_in_them() {
    let mut blocks = Blocks::new(16 * BLOCK).unwrap();
    for class in 0..CLASSES {
        let size = cell_size(class);
        let (block, zero) = blocks.take_block(class).unwrap();
        let run = blocks.take_run(block, class, 0, zero).unwrap();
        let mut end = run.end;
        while let Some(more) = blocks.take_run(block, class, end - blocks.base() - block * BLOCK, zero) {
            assert_eq!(more.next, end);
            end = more.end;
        }
        assert_eq!((end - run.next) / size, BLOCK / size);
        let run = VMRun { next: run.next, end };
        for cell in (run.next..run.end).step_by(size) {
            for address in [cell, cell + 1, cell + size / 2, cell + size - 1] {
                assert_eq!(blocks.object_at(address), Some(cell), "{size}");
            }
        }
        assert_eq!(blocks.object_at(run.end).filter(|&object| object < run.end), None);
        // Half of the run was not used.
        let half = run.next + (run.end - run.next) / size / 2 * size;
        blocks.return_run(VMRun { next: half, end: run.end });
        assert_eq!(blocks.object_at(half), None);
        assert!(half == run.next || blocks.object_at(half - 1).is_some());
        // SAFETY: the cells are free.
        unsafe { (half as *mut u8).write_bytes(1, size) };
        let again = blocks.take_run(block, class, 0, false).unwrap();
        assert_eq!(again.next, half);
        assert!(again.end <= run.end);
        // SAFETY: the cells are accessible.
        assert_eq!(unsafe { (half as *const u64).read() }, 0);
        assert!(blocks.take_run(block, class, run.end - blocks.base() - block * BLOCK, false).is_none());
        blocks.clear_marks();
        blocks.keep_marked(|_, _| panic!("nothing is marked"));
        assert_eq!(blocks.used(), 0);
    }
}

#[test]
fn large_objects_have_blocks_of_their_own() {
    let mut blocks = Blocks::new(16 * BLOCK).unwrap();
    let (large, zero) = blocks.take_large(3 * BLOCK - 5).unwrap();
    assert!(zero);
    let at = large.as_ptr() as usize;
    for address in [at, at + BLOCK, at + 3 * BLOCK - 1] {
        assert_eq!(blocks.object_at(address), Some(at));
    }
    assert_eq!(blocks.object_at(at + 3 * BLOCK), None);
    assert_eq!(blocks.object_at(at - 1), None);
    assert!(blocks.take_large(14 * BLOCK).is_none());
    let (next, _) = blocks.take_large(13 * BLOCK).unwrap();
    assert_eq!(next.as_ptr() as usize, at + 3 * BLOCK);
    assert!(blocks.take_block(0).is_none());
    // Only the second object is kept.
    blocks.clear_marks();
    // SAFETY: mark bits are committed for all blocks.
    unsafe { *blocks.marks().add(3 * WORDS) |= 1 };
    assert_eq!(blocks.keep_marked(|_, _| ()), (1, 13 * BLOCK));
    assert_eq!((blocks.object_at(at), blocks.object_at(next.as_ptr() as usize)), (None, Some(at + 3 * BLOCK)));
    assert!(!blocks.take_large(BLOCK).unwrap().1, "used before");
}

#[test]
fn free_blocks_are_given_back_as_zeros() {
    let mut blocks = Blocks::new(16 * BLOCK).unwrap();
    let (large, _) = blocks.take_large(10 * BLOCK).unwrap();
    // SAFETY: the blocks were taken just now.
    unsafe { large.write_bytes(1, 10 * BLOCK) };
    blocks.clear_marks();
    blocks.keep_marked(|_, _| ());
    blocks.release_memory(4 * BLOCK);
    assert!(!blocks.take_large(4 * BLOCK).unwrap().1);
    let (rest, zero) = blocks.take_large(6 * BLOCK).unwrap();
    assert!(zero);
    // SAFETY: as above.
    assert_eq!(unsafe { rest.read() }, 0);
}

#[test]
fn bits_are_set_and_cleared_in_ranges() {
    for step in [1, 2, 3, 5, 7, 32, 63, 64, 70] {
        for (start, end) in [(0, 512), (3, 500), (64, 128), (100, 101), (130, 512)] {
            let mut words = [0; 8];
            set_every(&mut words, start..end, step);
            for bit in 0..512 {
                let expected = (start..end).contains(&bit) && (bit - start) % step == 0;
                assert_eq!(words[bit / 64] >> (bit % 64) & 1 != 0, expected, "{step} {start} {bit}");
            }
            assert_eq!(first_bit(&words, 0), start);
            assert_eq!(first_bit(&words, start + 1), if start + step < end { start + step } else { 512 });
            clear(&mut words, start..end);
            assert_eq!(words, [0; 8]);
        }
    }
}
