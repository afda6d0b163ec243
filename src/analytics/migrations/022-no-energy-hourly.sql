-- Nothing reads states of registers any more: energy comes out of energy_days.
DROP TABLE IF EXISTS energy_hourly_from_samples;

DROP TABLE IF EXISTS energy_hourly;
