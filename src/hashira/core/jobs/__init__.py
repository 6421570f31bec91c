"""Work that outlives a request (ジョブ): durable, resumable, with progress."""
