pub(crate) mod host_cpu;
