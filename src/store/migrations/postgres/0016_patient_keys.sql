-- What patients are found by while somebody types. Patient data.
CREATE TABLE patient_keys (
    kind TEXT COLLATE "C" NOT NULL, -- name, number, born; exact: the number without what a reader confuses; near: that with a sign left out
    word TEXT COLLATE "C" NOT NULL,
    patient TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, word, patient)
);
CREATE INDEX patient_keys_of_patient ON patient_keys (patient);
