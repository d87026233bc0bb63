-- migrate:up

-- An export reads these in the order of their time. Frames and observations are read device by device, as they are kept.
CREATE INDEX devices_time ON devices (register_time, name);
CREATE INDEX assignments_time ON assignments (start_time, name);
CREATE INDEX alarms_time ON alarms (receive_time, name);

-- migrate:down
