-- The project file as version 1 had it; features.sql holds what version 2 added. One document is one
-- SQLite file; every stored number belongs to a run. Times are milliseconds since 1970 (UTC),
-- numbers in blobs are little-endian, json is text. The database's page size, application_id and
-- user_version are set by core/store/schema.cpp.

CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    family TEXT NOT NULL,
    hash TEXT NOT NULL, -- of the weights' content
    tokenizer_hash TEXT NOT NULL,
    description TEXT NOT NULL, -- json
    UNIQUE (hash, path)
);

CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    step INTEGER, -- of training, where known
    UNIQUE (model, hash, path)
);

CREATE TABLE prompt_group (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    notes TEXT NOT NULL
);

CREATE TABLE prompt (
    id INTEGER PRIMARY KEY,
    prompt_group INTEGER REFERENCES prompt_group (id) ON DELETE SET NULL,
    text TEXT NOT NULL,
    ids BLOB NOT NULL, -- int32 token ids
    offsets BLOB NOT NULL, -- int32 pairs, the bytes [begin, end) of the text of each token
    bos INTEGER NOT NULL,
    label TEXT NOT NULL,
    extra TEXT NOT NULL, -- json: answer, wrong, ...
    created INTEGER NOT NULL
);
CREATE INDEX prompt_by_group ON prompt (prompt_group);

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    model INTEGER REFERENCES model (id) ON DELETE CASCADE,
    checkpoint INTEGER REFERENCES checkpoint (id) ON DELETE CASCADE,
    prompt INTEGER REFERENCES prompt (id) ON DELETE CASCADE,
    second_prompt INTEGER REFERENCES prompt (id) ON DELETE CASCADE,
    edits TEXT NOT NULL, -- json
    settings TEXT NOT NULL, -- json
    settings_hash TEXT NOT NULL, -- SHA-256 of settings, edits and seed
    engine TEXT NOT NULL, -- version, BLAS, dtype, threads
    seed INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    seconds REAL,
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    failure TEXT NOT NULL DEFAULT '', -- the sentence, for failed runs
    title TEXT NOT NULL DEFAULT '',
    pinned INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX run_by_key ON run (settings_hash, kind, coalesce(model, 0),
    coalesce(checkpoint, 0), coalesce(prompt, 0), coalesce(second_prompt, 0))
    WHERE status = 'done';
CREATE INDEX run_by_model ON run (model);
CREATE INDEX run_by_checkpoint ON run (checkpoint);
CREATE INDEX run_by_prompt ON run (prompt);
CREATE INDEX run_by_second_prompt ON run (second_prompt);

CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    chunk INTEGER NOT NULL, -- 0, 1, ...; each but the last holds 128 KB of the numbers, row by row
    dtype TEXT NOT NULL CHECK (dtype IN ('f32', 'f16', 'i32', 'json')),
    rows INTEGER NOT NULL, -- of the whole result; json: 1
    columns INTEGER NOT NULL, -- json: its bytes
    least REAL, -- of the finite numbers of this chunk
    greatest REAL,
    mean REAL,
    data BLOB NOT NULL,
    UNIQUE (run, name, chunk)
);

CREATE TABLE view_state (
    id INTEGER PRIMARY KEY,
    run INTEGER REFERENCES run (id) ON DELETE CASCADE,
    view TEXT NOT NULL,
    state TEXT NOT NULL -- json
);
CREATE INDEX view_state_by_run ON view_state (run);

CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    target_kind TEXT NOT NULL, -- run, prompt, feature, ...
    target_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE INDEX note_by_target ON note (target_kind, target_id);

CREATE TABLE bookmark (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    focus TEXT NOT NULL -- json
);

CREATE TABLE vector (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    site TEXT NOT NULL,
    dtype TEXT NOT NULL CHECK (dtype IN ('f32', 'f16')),
    data BLOB NOT NULL,
    provenance TEXT NOT NULL -- json
);
