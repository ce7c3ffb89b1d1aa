// Distributes a Granary database over the shards of a MongoDB cluster (8.0 or newer).
//
//   mongosh "mongodb://MONGOS:27017/admin" --eval 'const database = "granary"' shard.js
//
// Run it once, after Granary has made the collections and before there is much in them:
// what is empty is spread at once, what is not is moved by the balancer, little by little.
// It may be run again.
//
// NOT RUN: no cluster was at hand where this was written. docs/mongodb.md says why it is
// so, and what it costs.

const name = typeof database === "undefined" ? "granary" : database;
const version = db.version().split(".").map(Number);
if (db.hello().msg !== "isdbgrid") {
  throw new Error("this is no mongos: connect to the router of a sharded cluster");
}
if (version[0] < 8) {
  throw new Error(`the cluster is ${db.version()}: $lookup in a transaction on a sharded collection needs 8.0`);
}

const keys = {
  // The identity of a resource is its _id, "Observation/1". Equal ones hash alike, so that
  // they meet on one shard, whose index of _id keeps them unique.
  resource: { _id: "hashed" },
  // The _id of a superseded version, "Observation/1/3", begins with what is hashed: it is
  // unique for the same reason, and all versions of a resource are on one shard.
  version: { of: "hashed" },
};
// care, lock, record and schema stay whole, on the primary shard of the database: they
// are small, are asked for by ranges, and each Write touches few of them.

sh.enableSharding(name);
for (const [collection, key] of Object.entries(keys)) {
  // Of a collection with documents the index must be there before.
  db.getSiblingDB(name).getCollection(collection).createIndex(key);
  sh.shardCollection(`${name}.${collection}`, key);
}

// Superseded versions on shards of their own, with slower disks, if some are tagged
// "history": sh.addShardToZone("SHARD", "history").
const history = db.getSiblingDB("config").shards.countDocuments({ tags: "history" });
if (history > 0) {
  sh.updateZoneKeyRange(`${name}.version`, { of: MinKey() }, { of: MaxKey() }, "history");
}

for (const collection of Object.keys(keys)) {
  db.getSiblingDB(name).getCollection(collection).getShardDistribution();
}
