//! Count of the memory mappings that this crate has made in the process.
//!
//! A process may have only a limited number of mappings: 65,530 on Linux, unless `vm.max_map_count` says otherwise. A
//! process that has used them up can neither start threads nor allocate. So this crate reports an error before that
//! point.

use crate::error::{Error, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Linux's default limit: <https://docs.kernel.org/admin-guide/sysctl/vm.html#max-map-count>
const DEFAULT: usize = 65_530;

/// The mappings in use, and their limit.
#[derive(Debug)]
struct Budget {
    used: AtomicUsize,
    most: OnceLock<usize>,
}

static PROCESS: Budget = Budget { used: AtomicUsize::new(0), most: OnceLock::new() };

impl Budget {
    /// The limit: seven eighths of what the process may have. The rest is for threads, allocators and libraries.
    fn most(&self) -> usize {
        *self.most.get_or_init(|| {
            let said = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok();
            let all = said.and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT);
            all - all / 8
        })
    }

    fn take(&self, count: usize) -> Result<()> {
        let most = self.most();
        let fits = |used: usize| used.checked_add(count).filter(|&used| used <= most);
        self.used.fetch_update(Relaxed, Relaxed, fits).map(|_| ()).map_err(|used| {
            let what = "mappings of memory for modules, memories, tables and stacks in this process";
            Error::Limit(format!("{used} {what}, of {most} that `vm.max_map_count` leaves room for"))
        })
    }
}

/// A number of mappings taken from the limit of the process, given back on drop.
#[derive(Debug)]
pub(crate) struct MappingPermit(AtomicUsize);

impl MappingPermit {
    /// Takes `count` mappings from the limit.
    ///
    /// # Errors
    /// [`Error::Limit`] when too few are left.
    pub(crate) fn take(count: usize) -> Result<Self> {
        PROCESS.take(count)?;
        Ok(Self(AtomicUsize::new(count)))
    }

    /// Takes `count` more.
    ///
    /// # Errors
    /// As for [`MappingPermit::take`].
    pub(crate) fn grow(&self, count: usize) -> Result<()> {
        PROCESS.take(count)?;
        self.0.fetch_add(count, Relaxed);
        Ok(())
    }

    /// Lowers the number of mappings that this stands for to `count`, and gives the rest back.
    pub(crate) fn shrink_to(&self, count: usize) {
        let before = self.0.fetch_min(count, Relaxed);
        PROCESS.used.fetch_sub(before.saturating_sub(count), Relaxed);
    }
}

impl Drop for MappingPermit {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_comes_before_the_end() {
        let budget = Budget { used: AtomicUsize::new(0), most: OnceLock::from(10) };
        (0..5).for_each(|_| budget.take(2).unwrap());
        let Err(Error::Limit(text)) = budget.take(1) else { panic!("there is an end") };
        assert!(text.contains("10 mappings") && text.contains("vm.max_map_count"), "{text}");
        budget.used.fetch_sub(2, Relaxed);
        budget.take(2).unwrap();
        assert!(budget.take(usize::MAX).is_err());
    }

    #[test]
    fn what_is_dropped_is_given_back() {
        let most = PROCESS.most();
        assert!(most >= 1000, "{most}");
        // All of them together are more than the limit allows at once. Other tests take mappings at the same time.
        for _ in 0..100 {
            let half = MappingPermit::take(most / 2).unwrap();
            half.shrink_to(most / 4);
            half.shrink_to(most / 3);
        }
    }
}
