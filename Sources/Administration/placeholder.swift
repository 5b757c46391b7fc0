// module Administration
