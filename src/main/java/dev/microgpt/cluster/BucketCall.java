package dev.microgpt.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.serialization.ByteArraySerializer;

import io.github.bucket4j.distributed.remote.AbstractBinaryTransaction;
import io.github.bucket4j.distributed.remote.RemoteBucketState;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// A call to a bucket, carried out by the member that has it. Hazelcast allows one at a time for each bucket.
///
/// @param request a request of Bucket4j, in its own format
record BucketCall(byte[] request) implements EntryProcessor<String, byte[], byte[]> {

    @Override
    public byte[] process(Map.Entry<String, byte[]> entry) {
        return new Transaction(request, entry).execute();
    }

    /// Buckets have no backups.
    @Override
    @SuppressWarnings("NullAway") // Hazelcast takes null for none, but its code has no annotations
    public @Nullable EntryProcessor<String, byte[], byte[]> getBackupProcessor() {
        return null;
    }

    private static final class Transaction extends AbstractBinaryTransaction {

        private final Map.Entry<String, byte[]> entry;

        Transaction(byte[] request, Map.Entry<String, byte[]> entry) {
            super(request);
            this.entry = entry;
        }

        @Override
        public boolean exists() {
            return entry.getValue() != null;
        }

        @Override
        protected byte[] getRawState() {
            return entry.getValue();
        }

        @Override
        protected void setRawState(byte[] bytes, RemoteBucketState state) {
            entry.setValue(bytes);
        }
    }

    /// An entry processor is `Serializable`, which the filter of Java serialization would reject.
    static final class Serializer implements ByteArraySerializer<BucketCall> {

        @Override
        public int getTypeId() {
            return 1;
        }

        @Override
        public byte[] write(BucketCall call) {
            return call.request;
        }

        @Override
        public BucketCall read(byte[] request) {
            return new BucketCall(request);
        }
    }
}
