-- The tables of sparse features, which version 2 of the project added. The numbers of features are
-- results of runs, a column of all latents each; feature_column says what they are of. Times are
-- milliseconds since 1970 (UTC), json is text.

CREATE TABLE feature_source ( -- what features come from
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 8388607),
    model INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    run INTEGER REFERENCES run (id) ON DELETE SET NULL, -- that made it
    kind TEXT NOT NULL
        CHECK (kind IN ('dictionary', 'neurons', 'heads', 'components', 'codes', 'directions')),
    name TEXT NOT NULL,
    read_site TEXT NOT NULL,
    write_site TEXT NOT NULL,
    latents INTEGER NOT NULL CHECK (latents BETWEEN 1 AND 67108864),
    width INTEGER NOT NULL, -- of what is read
    path TEXT NOT NULL, -- of the dictionary
    hash TEXT NOT NULL, -- SHA-256 of it
    declared TEXT NOT NULL, -- json: what the dictionary says of itself
    UNIQUE (model, kind, name, hash, read_site)
);
CREATE INDEX feature_source_by_run ON feature_source (run);

CREATE TABLE feature_check ( -- what was measured of a source
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES feature_source (id) ON DELETE CASCADE,
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    corpus TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    fvu REAL,
    l0 REAL,
    dead REAL, -- share of the latents
    dense REAL,
    ce_original REAL, -- nats per token
    ce_replaced REAL,
    ce_ablated REAL,
    kl REAL,
    excluded TEXT NOT NULL, -- json: tokens and positions that were left out
    verdict TEXT NOT NULL -- json: sentences
);
CREATE INDEX feature_check_by_source ON feature_check (source);
CREATE INDEX feature_check_by_run ON feature_check (run);

CREATE TABLE feature_sweep ( -- a source run over a corpus
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    source INTEGER NOT NULL REFERENCES feature_source (id) ON DELETE CASCADE,
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    corpus TEXT NOT NULL,
    corpus_hash TEXT NOT NULL,
    tokens INTEGER NOT NULL, -- 0 where it is not known
    index_path TEXT NOT NULL -- of the inverted index, from the project's folder; empty: none
);
CREATE INDEX feature_sweep_by_source ON feature_sweep (source);
CREATE INDEX feature_sweep_by_run ON feature_sweep (run);

CREATE TABLE feature_column ( -- numbers of every latent: the result "NAME@ID" of the run
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES feature_source (id) ON DELETE CASCADE,
    sweep INTEGER REFERENCES feature_sweep (id) ON DELETE CASCADE, -- null: of the source itself
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name TEXT NOT NULL
);
CREATE UNIQUE INDEX feature_column_by_key ON feature_column (source, coalesce(sweep, 0), name, run);
CREATE INDEX feature_column_by_sweep ON feature_column (sweep);
CREATE INDEX feature_column_by_run ON feature_column (run);

CREATE TABLE feature_context ( -- the text of a latent's strongest contexts, to be searched
    id INTEGER PRIMARY KEY, -- sweep << 32 | latent
    sweep INTEGER GENERATED ALWAYS AS (id >> 32) VIRTUAL
        REFERENCES feature_sweep (id) ON DELETE CASCADE,
    latent INTEGER GENERATED ALWAYS AS (id & 4294967295) VIRTUAL,
    text TEXT NOT NULL
);

CREATE TABLE label ( -- what somebody or something says that a feature is
    id INTEGER PRIMARY KEY, -- source << 40 | latent << 8 | which of the feature's labels
    source INTEGER GENERATED ALWAYS AS (id >> 40) VIRTUAL
        REFERENCES feature_source (id) ON DELETE CASCADE,
    latent INTEGER GENERATED ALWAYS AS ((id >> 8) & 4294967295) VIRTUAL,
    run INTEGER REFERENCES run (id) ON DELETE CASCADE, -- null: written by a person
    text TEXT NOT NULL,
    method TEXT NOT NULL,
    author TEXT NOT NULL,
    model TEXT NOT NULL, -- that wrote it
    created INTEGER NOT NULL
);
CREATE INDEX label_by_run ON label (run);

CREATE TABLE label_score (
    id INTEGER PRIMARY KEY,
    label INTEGER NOT NULL REFERENCES label (id) ON DELETE CASCADE,
    run INTEGER REFERENCES run (id) ON DELETE CASCADE,
    scorer TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('scored', 'missing')), -- missing is not wrong
    value REAL,
    n INTEGER NOT NULL, -- examples judged
    low REAL, -- of the interval
    high REAL,
    detail TEXT NOT NULL, -- json
    seed INTEGER NOT NULL,
    CHECK ((status = 'scored') = (value IS NOT NULL))
);
CREATE INDEX label_score_by_label ON label_score (label);
CREATE INDEX label_score_by_run ON label_score (run);

CREATE TABLE feature_list (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    notes TEXT NOT NULL,
    created INTEGER NOT NULL
);

CREATE TABLE feature_list_item (
    list INTEGER NOT NULL REFERENCES feature_list (id) ON DELETE CASCADE,
    source INTEGER NOT NULL REFERENCES feature_source (id) ON DELETE CASCADE,
    latent INTEGER NOT NULL,
    position INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (list, source, latent)
) WITHOUT ROWID;
CREATE INDEX feature_list_item_by_feature ON feature_list_item (source, latent);

CREATE TABLE feature_tag (
    source INTEGER NOT NULL REFERENCES feature_source (id) ON DELETE CASCADE,
    latent INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (source, latent, tag)
) WITHOUT ROWID;
CREATE INDEX feature_tag_by_tag ON feature_tag (tag);

CREATE TABLE feature_filter ( -- a saved search
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    query TEXT NOT NULL, -- json
    created INTEGER NOT NULL
);

CREATE INDEX run_running ON run (id) WHERE status = 'running';

-- Indexes of words over the texts above, kept in step by triggers of the writing connection
-- (core/store/schema.cpp): a trigger inside a file never runs.
CREATE VIRTUAL TABLE label_fts USING fts5 (
    text, content = 'label', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);
CREATE VIRTUAL TABLE feature_context_fts USING fts5 (
    text, content = 'feature_context', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);
