"""What happens without anybody at a desk: the deadline clock, the worker, the handlers of the queue."""
