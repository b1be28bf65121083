/**
 * Every limit of the service, each with the reason it may not grow (or shrink) carelessly.
 * Nothing here is a setting; settings are in config/keys.ts.
 */
export const limits = {
  /** A message longer than this is cut and flagged `truncated`: rivals drop at 8-256 KiB, nobody needs more than a huge traceback. */
  messageBytesMax: 1024 * 1024,
  /** An octet count with more digits cannot be a frame we would take whole; it is read as a line instead. */
  octetCountDigitsMax: 7,
  /** Bytes waiting for commit before TCP and HTTP have to wait: bounds memory at full load. */
  intakeBytesMax: 16 * 1024 * 1024,
  /** A hand-over between threads: large enough that posting costs nothing per line, small enough to keep latency low. */
  batchBytesMax: 1024 * 1024,
  /** Wait for more company before a commit when nobody waits for its end: 50 commits a second at most, of 1 ms each. */
  commitAfterMs: 20,
  /** Longest wait while more than `commitUnderLoadRecords` came in that time: then whole blocks are sealed at once, which costs half. Bounds what a crash can take from plain TCP. */
  commitUnderLoadMs: 150,
  commitUnderLoadRecords: 1000,
  /** The same while somebody follows: after a stall of the disk (100-400 ms now and then) the thousands that came meanwhile must not wait that long again. */
  commitFollowedMs: 40,
  /** Records of a sealed block: 2048 costs 7 bytes a line more, 32768 is slower and makes needles dearer. */
  blockRecordsMax: 8192,
  /** Text of the records of a block: bounds the memory of whoever opens it. */
  blockBytesMax: 4 * 1024 * 1024,
  /** Distinct shapes of a block; beyond them texts are stored as text (debug dumps have a shape per line). */
  blockShapesMax: 1024,
  /** Distinct shapes of a day file, so that a flood of unique texts cannot fill memory. */
  dayShapesMax: 65_536,
  /** A file rolls here, so that dropping the oldest frees space in steps. */
  dayFileBytesMax: 4 * 1024 * 1024 * 1024,
  /** Open day files per thread. */
  dayFilesOpenMax: 32,
  /** Continuation lines of one joined record. */
  joinLinesMax: 5000,
  joinBytesMax: 1024 * 1024,
  /** A continuation that arrives later than this after its parent stands alone. */
  joinAfterMs: 5000,
  /** Sources (host, program, pid) whose newest records the joiner remembers. */
  joinSourcesMax: 20_000,
  /** Longest query text; longer ones are machine-made and belong in several queries. */
  queryCharsMax: 8192,
  /** Nesting of parentheses: the parser is recursive. */
  queryDepthMax: 50,
  /** Records of one page of search. */
  searchLimitMax: 10_000,
  searchLimitDefault: 100,
  /** Records before and after one in its context: what a person reads, and a terminal's -A -B -C ask for at most. */
  contextRecordsMax: 1000,
  /** Saved searches: a list that a person still reads; each is at most a longest query and its title. */
  savedSearchesMax: 500,
  savedSearchBytesMax: 64 * 1024,
  /** A query worker answers at least this often, so that a stop is heard. */
  pageMsMax: 50,
  pageBytesMax: 1024 * 1024,
  /** Time a query may take in all. */
  queryMsMax: 30_000,
  /** Memory of what one count has found, by rough reckoning; beyond it the rarest values are let go, and the answer says so. */
  countBytesMax: 32 * 1024 * 1024,
  /** Records of one story, when nobody says how many, and at most: a person reads hundreds, a bug report takes what there is. */
  storyRecordsDefault: 5000,
  storyRecordsMax: 50_000,
  /** Records of one request in the story of something else: a boot with DEBUG has some hundreds, more is the id of a whole process. */
  storyRequestRecordsMax: 2000,
  /** Requests and ids that one story follows: an instance that is asked for every second has thousands of requests that only look. */
  storyRequestsMax: 400,
  /** The same of what everybody uses - an image, a network, the address of a client -: thousands touch it, and some show how. More where somebody says `limit`. */
  storySharedRecordsDefault: 2000,
  storySharedRequestsMax: 100,
  storyIdsMax: 1000,
  /** Text of the records of a story: what a browser still opens. */
  storyBytesMax: 16 * 1024 * 1024,
  /** What stories on their way to slow clients hold together, packed but for the first MiB of each: some thirty of the longest, a hundred usual ones. */
  storyHeldBytesMax: 64 * 1024 * 1024,
  /** Records counted for what is known of one id: some hundred milliseconds. */
  entityRecordsMax: 20_000,
  /** Time for finding a story's records; what was found by then is answered. */
  storyMsMax: 8000,
  /** Time for the first error among records of an id that were too many to be read. */
  storyFirstErrorMsMax: 1500,
  /** Time for learning what is usual, beside the story of one request, and beside one with an error in it: somebody waits for the reason. Other stories are answered with what is known. */
  storyUsualMsMax: 150,
  storyUsualFailedMsMax: 1500,
  /** Buckets of time in one answer: more than any chart has pixels. */
  countBucketsMax: 2000,
  /** Body of one POST /ingest. */
  ingestBodyBytesMax: 32 * 1024 * 1024,
  /** Bodies that are coming in and are not yet answered, of all requests: sixteen of the longest, hundreds of those that agents send. */
  uploadBytesMax: 512 * 1024 * 1024,
  /** A packed body becomes at most so many times longer: logs pack 10 to 100 times, a bomb 1000 times and more. */
  unpackRatioMax: 256,
  /** Bodies that were unpacked and are not yet answered, of all requests; further ones wait, those that would wait long are `overloaded`. */
  unpackedBytesMax: 64 * 1024 * 1024,
  /** Objects of pushes that are decoded and not yet answered, of all requests, by rough reckoning; further ones wait. With 16 pushes of 2.7 MB at once the service took 1.1 GiB. */
  decodedBytesMax: 256 * 1024 * 1024,
  /** `{},` becomes an object of 56 bytes and its place in a list. */
  decodedRatio: 24,
  /** Entries of one push: their objects are built before the first is stored. Agents send 1,000 to 50,000. */
  pushItemsMax: 250_000,
  /** Text that a push becomes, where each entry takes the labels or the resource that it shares with others. */
  pushTextBytesMax: 64 * 1024 * 1024,
  /** Lines and bytes of one part of an imported file: it commits as a whole, so this bounds what the ingest thread holds. */
  importLinesMax: 16_384,
  importPartBytesMax: 1024 * 1024,
  /** Followed files: each has an open handle and 4 KiB of its end in memory. */
  filesMax: 2000,
  /** Patterns of files: each is a walk through folders, every second. */
  filePatternsMax: 100,
  /** Body of one POST /import: a part, or one line that is cut. */
  importBodyBytesMax: 2 * 1024 * 1024,
  /** Followers at once; each costs a connection and a place in the fan-out. */
  followersMax: 1000,
  /** Bytes of one connection waiting for commit before it is paused: 50 ms at 80 MB/s is 4 MB, twice that keeps the pipe full. */
  connectionBytesMax: 8 * 1024 * 1024,
  /** Partial messages of all connections of a listener: 4000 of 1 MiB each would be 4 GB; what does not fit is cut. */
  partialBytesMax: 64 * 1024 * 1024,
  /** UDP cannot wait: above this much waiting for commit its datagrams are counted as lost instead of filling memory. */
  udpPendingBytesMax: 64 * 1024 * 1024,
  /** Datagrams collected before they are handed over; one event-loop turn brings at most 32 (libuv). */
  datagramsMax: 1024,
} as const;
