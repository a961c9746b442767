-- What patients are found by while somebody types. Patient data.
CREATE TABLE patient_keys (
    kind TEXT NOT NULL, -- name, number, born; exact: the number without what a reader confuses; near: that with a sign left out
    word TEXT NOT NULL,
    patient TEXT NOT NULL,
    PRIMARY KEY (kind, word, patient)
);
CREATE INDEX patient_keys_of_patient ON patient_keys (patient);
